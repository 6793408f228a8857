#pragma once

#include "tests/bench/contender.hpp"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>

// What both benchmark programs do at their end.
namespace hearth::bench {

/// Writes `text` to the file; a path that is empty is none. Errors: io, no_space, naming the file.
inline storage::result<void> write_file(const std::string& path, const std::string& text) {
  if (path.empty())
    return {};
  std::ofstream file{path};
  file << text;
  file.close();
  return file ? storage::result<void>{} : system_failure(path + " cannot be written", errno);
}

/// Prints who takes part, and who cannot. Returns the program's exit code.
template <class List>
int print_names(const List& list) {
  for (const auto& entry : list.entries)
    std::printf("%s\n", entry.name.c_str());
  for (const auto& note : list.notes)
    std::printf("(%s)\n", note.c_str());
  return 0;
}

} // namespace hearth::bench
