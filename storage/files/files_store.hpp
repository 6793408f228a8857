#pragma once

#include "storage/blocks/namespace_table.hpp"
#include "storage/cold/opened_store.hpp"
#include "storage/io/io_engine.hpp"

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

/// What a store in `directory` takes of its budget, as it is on disk now: 0 where there is none. Looks only, at every
/// name once. Errors: io.
[[nodiscard]] result<std::uint64_t> files_store_bytes(file_system& files, const std::string& directory);

/// Opens a directory as a store that keeps one file a block: simple, portable, and the reference for other engines.
/// Blocks while it reads every header once. The directory belongs to the store until the last job of it has ended.
/// Errors: not_found (no directory), busy (another process), unsupported (written by a newer version or another
/// engine), io, overloaded (more namespaces than the table takes), invalid_argument. After an error the
/// directory is as it was, unless it failed while removing what is of no use.
[[nodiscard]] result<opened_store> open_files_store(files_store_config config);

} // namespace hearth::storage
