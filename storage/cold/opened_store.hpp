#pragma once

#include "storage/cold/block_store.hpp"
#include "storage/io/file_system.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace hearth::storage {

/// What recovery met, for the log and for counters.
struct recovery_report {
  std::uint64_t recovered = 0;  ///< blocks found
  std::uint64_t damaged = 0;    ///< indexes and records of ours that are not what was written
  std::uint64_t unfinished = 0; ///< files of writes that never ended: removed
  std::uint64_t foreign = 0;    ///< names that are not ours: left alone, never opened
  std::uint64_t reclaimed = 0;  ///< of the blocks found, those given up because the budget is smaller than it was
  std::uint64_t replaced = 0;   ///< older records of a key that has a later one
};

/// As in a line of the log: `recovered=3 damaged=0 ...`.
[[nodiscard]] std::string to_string(const recovery_report& report);

/// A store that has been opened.
struct opened_store {
  std::shared_ptr<block_store> store;
  recovery_report report;
  std::shared_ptr<held_directory> place; ///< where its blocks are: tells whether that is still what was opened
};

} // namespace hearth::storage
