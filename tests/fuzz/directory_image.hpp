#pragma once

#include "storage/simulated/memory_file_system.hpp"
#include "tests/fuzz/target.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace hearth::fuzz {

/// Directory of the store.
inline constexpr const char* store_directory = "/cache";

/// Contents of a directory as a value: copied, changed and compared without a file system.
struct directory_image {
  std::map<std::string, bytes> files; ///< by path below `store_directory`
  std::set<std::string> directories;

  friend bool operator==(const directory_image&, const directory_image&) = default;
};

/// Creates a disk with these files. A path whose directory is missing or is a file is skipped: no disk could hold it.
[[nodiscard]] std::shared_ptr<storage::memory_file_system> disk_with(const directory_image& image);

/// Reads all files below `store_directory`. Pre: the disk can be read.
[[nodiscard]] directory_image image_of(storage::file_system& files);

} // namespace hearth::fuzz
