#pragma once

#include "storage/blocks/namespace_table.hpp"
#include "storage/cold/block_store.hpp"
#include "storage/cold/opened_store.hpp"
#include "storage/io/io_engine.hpp"
#include "storage/orders.hpp"
#include "storage/segments/segment_shape.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace hearth::storage {

/// Where a segments store lives, what it works with, and how.
struct segments_store_config {
  std::string directory;       ///< must exist
  std::uint64_t bytes_max = 0; ///< bytes on disk, all files and what is reserved included; see `segments_fixed_bytes`
  std::shared_ptr<file_system> files;
  std::shared_ptr<io_engine> io;
  std::shared_ptr<namespace_table> namespaces;
  clock_ns clock; ///< wall time, ns since the epoch: numbers a new store

  std::uint64_t segment_bytes =
      0; ///< 0: a sixteenth of `bytes_max`, 64 KiB to 256 MiB, or a 512th of it if that is more
  std::uint64_t reclaim_ahead_bytes = 32ull << 20; ///< with less left in the open segment the next one is made ready;
                                                   ///< at most a quarter of a segment; 0: when it is needed
  std::uint64_t sync_bytes = 128ull << 20;         ///< so much written, a sync is started; 0: only when asked for
  std::uint64_t write_bytes = 1ull << 20;          ///< small records are gathered into writes of this size
  std::uint32_t writes_in_flight = 4;              ///< 1..64
  std::uint32_t reappend_percent = 0; ///< 0..50: at most this share of a reclaimed segment is copied on, if it was used
                                      ///< since it was written; 0: none
  reclaim_order order = reclaim_order::least_useful;
  std::uint64_t free_bytes_min = 0; ///< stays free on the file system, whoever fills it: segments are given back for
                                    ///< it. Looked at with every sync; 0: no such floor
  opening_progress on_opening = {}; ///< in segments; may be empty
};

/// What a segments store takes of its budget before the first segment: format and lock, room for one index that is
/// being replaced and one of a segment begun anew beside it, and the snapshot of recency, twice.
[[nodiscard]] std::uint64_t segments_fixed_bytes(const segments_store_config& config) noexcept;

/// What a segment is made like for records of this length: a whole number of them, so that there is no rest at its end.
[[nodiscard]] segment_shape segment_shape_for(const segments_store_config& config, std::uint64_t record_bytes) noexcept;

/// What a segment made for records of this payload takes of the budget: its file and its index.
[[nodiscard]] std::uint64_t segment_charge(const segments_store_config& config, std::uint64_t payload_bytes) noexcept;

/// About how long a segment file is: a whole number of records below it. A larger record gets a file of its own.
[[nodiscard]] std::uint64_t segment_target_bytes(const segments_store_config& config) noexcept;

/// How many records a segment has room for that is made for records of this length.
[[nodiscard]] std::uint32_t segment_records_max(const segments_store_config& config,
                                                std::uint64_t record_bytes) noexcept;

/// Entries of the snapshot of recency: enough for every record of 64 KiB and more, the last used of smaller ones.
[[nodiscard]] std::uint64_t recency_entries_max(const segments_store_config& config) noexcept;

/// What a store in `directory` takes of its budget, as it is on disk now: 0 where there is none. Errors: io.
[[nodiscard]] result<std::uint64_t> segments_store_bytes(file_system& files, const std::string& directory);

/// Opens a directory as a store that keeps blocks in large segment files, recycled in place. FORMAT.md has the bytes.
/// Blocks while it reads the index of every segment, and the records of those that were not complete. The directory
/// belongs to the store until the last job of it has ended. Errors: not_found (no directory), busy (another process),
/// unsupported (written by a later version, by the files engine of hearth 0.1, or not by hearth), io, overloaded (more
/// namespaces than the table takes), invalid_argument, no_space (the files found take more than `bytes_max` and cannot
/// be removed). After an error the directory is as it was, unless it failed while removing what is of no use.
[[nodiscard]] result<opened_store> open_segments_store(segments_store_config config);

} // namespace hearth::storage
