#include "tests/bench/workspace.hpp"

#include "stats/units.hpp"
#include "tests/bench/contender.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include <sys/statvfs.h>

namespace hearth::bench {

using storage::result;

result<workspace> workspace::make(const std::string& parent) {
  auto path = parent + "/hearth-bench-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr)
    return system_failure(path + ": cannot be made, pass a --directory that can be written to", errno);
  return workspace{std::move(path)};
}

workspace::workspace(workspace&& other) noexcept : path_(std::exchange(other.path_, {})) {}

workspace& workspace::operator=(workspace&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

workspace::~workspace() {
  std::error_code ignored; // there is nobody left to tell, and the name says whose it was
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

result<std::string> workspace::empty_folder() const {
  const auto folder = path_ + "/store";
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (!error)
    std::filesystem::create_directory(folder, error);
  if (error)
    return system_failure(folder, error.value());
  return folder;
}

result<void> check_free_space(const std::string& directory, std::uint64_t needed_bytes) {
  struct statvfs about {};
  if (::statvfs(directory.c_str(), &about) != 0)
    return system_failure(directory + ": statvfs", errno);
  const auto wanted = needed_bytes + needed_bytes / 8;
  if (const auto free = about.f_bavail * about.f_frsize; free < wanted)
    return {storage::errc::no_space, directory + ": " + stats::format_bytes(free) + " are free, " +
                                         stats::format_bytes(wanted) +
                                         " are needed; choose another --directory, or a smaller --capacity or --sizes"};
  return {};
}

} // namespace hearth::bench
