#include "actors/host/temporary_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace hearth {

storage::result<temporary_directory> temporary_directory::make() {
  const char* chosen = std::getenv("TMPDIR");
  std::string path = chosen && *chosen ? chosen : "/tmp";
  path += "/hearth-replay-XXXXXX";
  if (!::mkdtemp(path.data()))
    return storage::failure{storage::errc::io, "a temporary directory " + path +
                                                   " cannot be made: " + std::generic_category().message(errno) +
                                                   "; set TMPDIR or pass --dir"};
  return temporary_directory{std::move(path)};
}

temporary_directory::temporary_directory(temporary_directory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

temporary_directory& temporary_directory::operator=(temporary_directory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

temporary_directory::~temporary_directory() {
  std::error_code ignored; // there is nobody left to tell, and the name says whose it was
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

} // namespace hearth
