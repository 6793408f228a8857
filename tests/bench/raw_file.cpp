#include "tests/bench/raw_file.hpp"

#include <cerrno>
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

result<void> raw_file::open(const stage& where) {
  stage_ = where;
  slots_ = where.capacity_bytes / where.block_bytes;
  path_ = where.directory + "/raw";
  file_ = descriptor{::open(path_.c_str(), O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600)};
  if (!file_.is_open())
    return system_failure(path_ + ": open", errno);
  if (const auto error = ::posix_fallocate(file_.number(), 0, static_cast<off_t>(slots_ * where.block_bytes)))
    return system_failure(path_ + ": posix_fallocate", error);
  return {};
}

result<void> raw_file::sync() {
  if (::fdatasync(file_.number()) != 0)
    return system_failure(path_ + ": fdatasync", errno);
  return {};
}

result<void> raw_file::close() {
  file_ = {};
  return {};
}

} // namespace hearth::bench
