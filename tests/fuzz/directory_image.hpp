#pragma once

#include "storage/simulated/memory_file_system.hpp"
#include "tests/fuzz/target.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace hearth::fuzz {

/// The directory that a store lives in.
inline constexpr const char* store_directory = "/cache";

/// What is in a directory, as a value: copied, changed and compared without a file system.
struct directory_image {
  std::map<std::string, bytes> files; ///< by path, below `store_directory`
  std::set<std::string> directories;

  friend bool operator==(const directory_image&, const directory_image&) = default;
};

/// A disk with these files. Names whose directory is missing, or is a file, are left out: no disk could have them.
[[nodiscard]] std::shared_ptr<storage::memory_file_system> disk_with(const directory_image& image);

/// What is on the disk, below `store_directory`. Pre: it can be read.
[[nodiscard]] directory_image image_of(storage::file_system& files);

} // namespace hearth::fuzz
