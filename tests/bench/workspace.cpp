#include "tests/bench/workspace.hpp"

#include "stats/units.hpp"
#include "tests/bench/peers/descriptor.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <sys/statvfs.h>

namespace hearth::bench {

using storage::result;

result<workspace> workspace::make(const std::string& parent) {
  auto made = temporary_directory::make_in(parent, "hearth-bench", "pass a --directory that can be written to");
  if (!made)
    return made.error();
  return workspace{std::move(*made)};
}

result<std::string> workspace::empty_folder() const {
  const auto folder = path() + "/store";
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
                                         " are needed; choose another --directory, or a smaller --disk or --sizes"};
  return {};
}

} // namespace hearth::bench
