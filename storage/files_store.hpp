#pragma once

#include "storage/block_store.hpp"
#include "storage/file_system.hpp"
#include "storage/io_engine.hpp"
#include "storage/namespace_table.hpp"

#include <memory>
#include <string>

namespace hearth::storage {

/// Where a files store lives and what it works with.
struct files_store_config {
  std::string directory;       ///< must exist
  std::uint64_t bytes_max = 0; ///< > files_store_fixed_bytes; bytes on disk, headers included
  std::shared_ptr<file_system> files;
  std::shared_ptr<io_engine> io;
  std::shared_ptr<namespace_table> namespaces;
  clock_ns clock; ///< wall time, ns since the epoch: the order of last use is kept in the files' times
  opening_progress on_opening = {}; ///< in files; may be empty
};

/// What `hearth.format` and `hearth.lock` take of the budget: one 4 KiB unit of the disk each. An empty store holds
/// this much.
inline constexpr std::uint64_t files_store_fixed_bytes = 8192;

/// What recovery met, for the log and for counters.
struct recovery_report {
  std::uint64_t recovered = 0;  ///< blocks found
  std::uint64_t damaged = 0;    ///< files of ours with a bad header or a wrong length: removed
  std::uint64_t unfinished = 0; ///< temporary files of writes that never ended: removed
  std::uint64_t foreign = 0;    ///< names that are not ours: left alone, never opened
  std::uint64_t reclaimed = 0;  ///< of the blocks found, those removed because the budget is smaller than it was
  std::uint64_t replaced = 0;   ///< older files of a key that has a later one: removed
};

/// What a store in `directory` takes of its budget, as it is on disk now: 0 where there is none. Looks only, at every
/// name once. Errors: io.
[[nodiscard]] result<std::uint64_t> files_store_bytes(file_system& files, const std::string& directory);

struct opened_store {
  std::shared_ptr<block_store> store;
  recovery_report report;
  std::shared_ptr<held_directory> place; ///< where its blocks are: tells whether the directory is still the one that
                                         ///< was opened
};

/// Opens a directory as a store that keeps one file a block: simple, portable, and the reference for other engines.
/// Blocks while it reads every header once. The directory belongs to the store until the last job of it has ended.
/// Errors: not_found (no directory), busy (another process), unsupported (written by a newer version or another
/// engine), io, overloaded (more namespaces than the table takes), invalid_argument. After an error the
/// directory is as it was, unless it failed while removing what is of no use.
[[nodiscard]] result<opened_store> open_files_store(files_store_config config);

} // namespace hearth::storage
