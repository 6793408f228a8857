#pragma once

#include "storage/io/file_system.hpp"
#include "storage/verify/verify_report.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace hearth::storage {

/// `DIR/damaged`, where a repair puts aside what it takes out of a store: the bytes in one file, the reason in another
/// beside it. What an earlier repair has left there stays. Threads: one owner.
class damaged_folder {
public:
  /// `directory`: the store's. Nothing is done until `open`.
  damaged_folder(file_system& files, std::string directory) : files_(files), directory_(std::move(directory)) {}

  /// Makes the folder (mode 0700) if it is not there. Errors: io, no_space, invalid_argument (the name is taken).
  [[nodiscard]] result<void> open();

  /// Copies what the finding is about, `bytes` from `offset` of its file or all of it, to `stem` + `suffix`, with the
  /// reason in `stem`.txt; both are synced. As far as the bytes can be read: what cannot is zeroes, and the reason says
  /// how much. Returns the copy's name as seen from the store's directory. Errors: io, no_space; then neither is left.
  [[nodiscard]] result<std::string> keep_copy(const finding& what, const std::string& stem, const std::string& suffix);

  /// After: the names in the folder, and its own, survive a power cut. Errors: io.
  [[nodiscard]] result<void> sync();

private:
  [[nodiscard]] std::string path(const std::string& name) const;
  [[nodiscard]] std::string free_stem(const std::string& stem, const std::string& suffix);
  [[nodiscard]] result<std::uint64_t> copy(const finding& what, const std::string& to);
  [[nodiscard]] result<void> write_reason(const finding& what, const std::string& stem, std::uint64_t unreadable);

  file_system& files_;
  std::string directory_;
  std::set<std::string> names_; ///< in the folder
};

} // namespace hearth::storage
