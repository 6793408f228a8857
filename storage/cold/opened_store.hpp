#pragma once

#include "storage/cold/block_store.hpp"
#include "storage/io/file_system.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace hearth::storage {

/// Report of recovery, for the log and for counters.
struct recovery_report {
  std::uint64_t recovered = 0;  ///< blocks found
  std::uint64_t damaged = 0;    ///< damaged indexes and records of this store
  std::uint64_t unfinished = 0; ///< files of unfinished writes: removed
  std::uint64_t foreign = 0;    ///< names not written by hearth: left alone, never opened
  std::uint64_t reclaimed = 0;  ///< blocks found, but reclaimed because the budget is smaller than before
  std::uint64_t replaced = 0;   ///< older records of a key that has a later one
};

/// As in a line of the log: `recovered=3 damaged=0 ...`.
[[nodiscard]] std::string to_string(const recovery_report& report);

/// Result of opening a store.
struct opened_store {
  std::shared_ptr<block_store> store;
  recovery_report report;
  /// The directory of its blocks, kept open to check that the path still leads to it.
  std::shared_ptr<held_directory> place;
};

} // namespace hearth::storage
