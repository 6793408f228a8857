#pragma once

#include "storage/files/cold_index.hpp"
#include "storage/files/files_store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace hearth::storage {

/// A file of ours that holds no block of use: to be removed.
struct useless_file {
  std::string name; ///< inside `blocks/`
  std::uint64_t bytes = 0;
};

/// What was found in a directory. Nothing has been changed yet.
struct scanned_blocks {
  std::vector<std::shared_ptr<cold_record>> blocks; ///< one a key, by last use, all different
  std::vector<useless_file> useless;
  std::uint64_t next_sequence = 1; ///< larger than every one that was found
  bool has_directory = false;      ///< `blocks/` is there
  recovery_report report;
};

/// Lists `directory` and its `blocks`, and reads the header of every block once. FORMAT.md has the rules.
/// Errors: io, unsupported, invalid_argument (`blocks` is no directory), overloaded (more namespaces than the table
/// takes). `progress` may be empty.
[[nodiscard]] result<scanned_blocks> scan_blocks(file_system& files, const std::string& directory,
                                                 namespace_table& namespaces, const opening_progress& progress = {});

} // namespace hearth::storage
