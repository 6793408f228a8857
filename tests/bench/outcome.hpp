#pragma once

#include "tests/bench/peers/descriptor.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>

#include <unistd.h>

// Output of the program: files and text.
namespace hearth::bench {

/// Checks whether `write_file` could write each of these files. Called before hours of measuring. Creates nothing.
/// Errors: io, not_found and others, naming the file.
inline storage::result<void> check_writable(std::initializer_list<std::string> paths) {
  for (const auto& path : paths) {
    if (path.empty())
      continue;
    std::error_code unknown; // on failure, `access` below gives the reason
    const auto folder = std::filesystem::path{path}.parent_path().string();
    const std::string place = std::filesystem::exists(path, unknown) ? path : folder.empty() ? "." : folder;
    if (std::filesystem::is_directory(path, unknown))
      return {storage::errc::invalid_argument, path + ": expected a file to write, found a directory"};
    if (::access(place.c_str(), W_OK) != 0)
      return system_failure(path + " cannot be written", errno);
  }
  return {};
}

/// Writes `text` to the file. An empty path writes nothing. Errors: io, no_space, naming the file.
inline storage::result<void> write_file(const std::string& path, const std::string& text) {
  if (path.empty())
    return {};
  std::ofstream file{path};
  file << text;
  file.close();
  return file ? storage::result<void>{} : system_failure(path + " cannot be written", errno);
}

/// Prints which peers can be measured, and which cannot. Returns the exit code of the program.
template <class List>
int print_names(const List& list) {
  for (const auto& entry : list.entries)
    std::printf("%s\n", entry.name.c_str());
  for (const auto& note : list.notes)
    std::printf("(%s)\n", note.c_str());
  return 0;
}

} // namespace hearth::bench
