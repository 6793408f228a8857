#pragma once

#include "storage/io/file_system.hpp"
#include "storage/verify/verify_report.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace hearth::storage {

/// Callbacks of a verification. Either may be empty.
struct verify_hooks {
  /// Progress: `done` of about `total` bytes have been read. `total` may grow.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;

  /// Called between two records, and before a repair begins. Returning true ends the verification; the report has what
  /// was found so far.
  std::function<bool()> stop;
};

/// Verifies the store in `directory`: every index, and header and payload of every record that recovery would present
/// as a block, at the speed of the disk. The store must not be open: its lock is taken. A lock file that did not exist
/// is removed at the end. Without `repair` nothing else is changed.
///
/// With `repair`, damaged parts are copied to `directory`/damaged, with the reason, and taken out of the index.
/// FORMAT.md lists the repair for each kind of damage. The report contains the damage, and also the error if a repair
/// fails; then parts that were not repaired are unchanged, but copies may be left in `damaged`.
///
/// Damage is not an error. Threads: only the caller's; the call blocks. Errors: not_found (no directory, or no store in
/// it), busy (the store is open, or a write of a dead process has not ended), unsupported (written by a later version,
/// by the files engine of hearth 0.1, or not by hearth), io (recovery would refuse the directory for the same read
/// error), invalid_argument, overloaded, no_memory.
[[nodiscard]] result<verify_report> verify_store(file_system& files, std::string directory, bool repair,
                                                 const verify_hooks& hooks);

} // namespace hearth::storage
