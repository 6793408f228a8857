#include "actors/host/program/temporary_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace hearth {

storage::result<temporary_directory> temporary_directory::make() {
  const char* chosen = std::getenv("TMPDIR");
  return make_in(chosen && *chosen ? chosen : "/tmp", "hearth-replay", "set TMPDIR or pass --dir");
}

storage::result<temporary_directory> temporary_directory::make_in(const std::string& parent, const std::string& name,
                                                                  const std::string& advice) {
  auto path = parent + "/" + name + "-XXXXXX";
  if (!::mkdtemp(path.data()))
    return storage::failure{storage::errc::io, "temporary directory " + path + " cannot be created: " +
                                                   std::generic_category().message(errno) + "; " + advice};
  return temporary_directory{std::move(path)};
}

temporary_directory::temporary_directory(temporary_directory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

temporary_directory& temporary_directory::operator=(temporary_directory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored; // no way to report it; the name shows the origin of the directory
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

} // namespace hearth
