#pragma once

#include "storage/io/file_system.hpp"
#include "storage/verify/verify_report.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace hearth::storage {

/// How the caller follows a verification. Either may be empty.
struct verify_hooks {
  /// So many bytes of about so many have been read. The second number may grow.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;

  /// Asked between one record and the next, and before a repair begins: true ends the verification with what it has.
  std::function<bool()> stop;
};

/// Reads and checks what a store keeps in `directory`: every index, and header and payload of every record that
/// recovery would present as a block, at the speed of the disk. The store must not be open: its lock is taken, and a
/// lock file that was not there is gone in the end. Without `repair` nothing else is changed.
///
/// With `repair` what is damaged is put aside in `directory`/damaged, with the reason, and taken out of the index.
/// FORMAT.md has what becomes of what. What goes wrong then is told in the report, as is the damage; whatever was not
/// repaired is as it was, but copies may have been left in `damaged`.
///
/// Damage is no error. Threads: the caller's only. Blocks. Errors: not_found (no directory, or no store in it), busy
/// (the store is open), unsupported (written by a later version, by the files engine of hearth 0.1, or not by hearth),
/// io (what recovery would need cannot be read: it would refuse the directory), invalid_argument, overloaded,
/// no_memory.
[[nodiscard]] result<verify_report> verify_store(file_system& files, std::string directory, bool repair,
                                                 const verify_hooks& hooks);

} // namespace hearth::storage
