#include "tests/bench/peers/descriptor.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace hearth::bench {

using storage::result;

descriptor::descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

descriptor::~descriptor() {
  if (is_open())
    ::close(number_);
}

std::string o_direct_refusal(const std::string& directory) {
  const auto path = directory + "/o_direct";
  const descriptor probe{::open(path.c_str(), O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600)};
  const auto error = errno;
  ::unlink(path.c_str());
  return probe.is_open() ? std::string{}
                         : system_failure("no O_DIRECT in this directory, choose another --directory", error).context;
}

result<void> write_all(int file, std::uint64_t offset, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto done = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return system_failure(path + ": pwrite", done < 0 ? errno : EIO);
    offset += static_cast<std::uint64_t>(done);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return {};
}

result<void> read_all(int file, std::uint64_t offset, std::span<std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto done = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return system_failure(path + ": pread", done < 0 ? errno : ENODATA);
    offset += static_cast<std::uint64_t>(done);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return {};
}

storage::failure system_failure(const std::string& what, int error) {
  const auto code = error == ENOSPC ? storage::errc::no_space : storage::errc::io;
  return {code, what + ": " + std::generic_category().message(error)};
}

} // namespace hearth::bench
