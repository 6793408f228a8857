#pragma once

#include "storage/io/file_system.hpp"
#include "storage/verify/verify_report.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace hearth::storage {

/// The folder `DIR/damaged`: copies of what a repair takes out of a store, the bytes in one file and the reason in
/// another beside it. Files of earlier repairs stay. Threads: one owner.
class damaged_folder {
public:
  /// `directory`: of the store. Does nothing until `open`.
  damaged_folder(file_system& files, std::string directory) : files_(files), directory_(std::move(directory)) {}

  /// Creates the folder (mode 0700) if it does not exist. Errors: io, no_space, invalid_argument (the name is taken).
  [[nodiscard]] result<void> open();

  /// Copies the bytes of a finding (`bytes` from `offset` of its file, or the whole file) to `stem` + `suffix`, and
  /// writes the reason to `stem`.txt; both are synced. Unreadable bytes become zeroes, and the reason says how many.
  /// Returns the name of the copy, relative to the store's directory. Errors: io, no_space; then neither file is left.
  [[nodiscard]] result<std::string> keep_copy(const finding& what, const std::string& stem, const std::string& suffix);

  /// Syncs the directory entries: the names in the folder, and the name of the folder, survive a power cut. Errors: io.
  [[nodiscard]] result<void> sync();

private:
  [[nodiscard]] std::string path(const std::string& name) const;
  [[nodiscard]] std::string free_stem(const std::string& stem, const std::string& suffix);
  [[nodiscard]] result<std::uint64_t> copy(const finding& what, const std::string& to);
  [[nodiscard]] result<void> write_reason(const finding& what, const std::string& stem, std::uint64_t unreadable);

  file_system& files_;
  std::string directory_;
  std::set<std::string> names_; ///< names of all files in the folder
};

} // namespace hearth::storage
