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

/// Settings of a segments store, and the services it uses.
struct segments_store_config {
  std::string directory; ///< must exist
  /// Limit of bytes on disk, all files and reserved space included; see `segments_fixed_bytes`.
  std::uint64_t bytes_max = 0;
  std::shared_ptr<file_system> files;
  std::shared_ptr<io_engine> io;
  std::shared_ptr<namespace_table> namespaces;
  clock_ns clock; ///< wall time, ns since the epoch: gives a new store its number

  /// Length of a segment file; 0: a sixteenth of `bytes_max`, but 64 KiB to 256 MiB, or a 512th of `bytes_max` if that
  /// is more.
  std::uint64_t segment_bytes = 0;
  /// The next segment is prepared when less is left in the open one; at most a quarter of a segment; 0: only when
  /// needed.
  std::uint64_t reclaim_ahead_bytes = 32ull << 20;
  std::uint64_t sync_bytes = 128ull << 20; ///< a sync starts after so many bytes were written; 0: only on request
  std::uint64_t write_bytes = 1ull << 20;  ///< small records are gathered into writes of this size
  std::uint32_t writes_in_flight = 4;      ///< 1..64
  /// 0..50: maximum share of a reclaimed segment that is copied; only blocks used since they were written; 0: none.
  std::uint32_t reappend_percent = 0;
  reclaim_order order = reclaim_order::least_useful;
  /// Minimum of free bytes on the file system: segments are removed to keep it. Checked by every sync; 0: no minimum.
  std::uint64_t free_bytes_min = 0;
  opening_progress on_opening = {}; ///< counts segments; may be empty
};

/// Bytes of the budget that are set aside before the first segment: format and lock, one index that is being replaced,
/// the empty index of a segment that is recycled meanwhile, and two snapshots of recency.
[[nodiscard]] std::uint64_t segments_fixed_bytes(const segments_store_config& config) noexcept;

/// Shape of a segment for records of this length: a whole number of records, so that no rest stays at its end.
[[nodiscard]] segment_shape segment_shape_for(const segments_store_config& config, std::uint64_t record_bytes) noexcept;

/// Charge to the budget of a segment for records with this payload, in bytes: its file and its index.
[[nodiscard]] std::uint64_t segment_charge(const segments_store_config& config, std::uint64_t payload_bytes) noexcept;

/// Upper limit of the length of a shared segment file, in bytes. A segment has a whole number of records within it. A
/// record larger than half of it gets a file of its own.
[[nodiscard]] std::uint64_t segment_target_bytes(const segments_store_config& config) noexcept;

/// Maximum number of records in a segment for records of this length.
[[nodiscard]] std::uint32_t segment_records_max(const segments_store_config& config,
                                                std::uint64_t record_bytes) noexcept;

/// Maximum number of entries in the snapshot of recency: one per 64 KiB of `bytes_max`, at least 512. With more
/// records, the most recently used ones are saved.
[[nodiscard]] std::uint64_t recency_entries_max(const segments_store_config& config) noexcept;

/// Bytes of budget that a store in `directory` takes as it is on disk now; 0 if there is none. Errors: io.
[[nodiscard]] result<std::uint64_t> segments_store_bytes(file_system& files, const std::string& directory);

/// Opens a directory as a store that keeps blocks in large segment files, recycled in place. FORMAT.md describes the
/// bytes. Blocks while it reads the index of every segment, and the records of unsealed segments behind their index.
/// The directory belongs to the store until its last job has ended. Errors: not_found (no directory), busy (another
/// process, or a write of a dead process that has not ended within 60 s), unsupported (written by a later version, by
/// the files engine of hearth 0.1, or not by hearth), io (also: the files found take more than `bytes_max` and cannot
/// be removed), overloaded (more namespaces than the table takes), invalid_argument, no_space, no_memory. After an
/// error the directory is unchanged, with two exceptions. An error in the last step, which removes files of no use,
/// opens the segments and removes those beyond `bytes_max`, leaves `hearth.lock`, and removed files stay removed. An
/// error while a fresh directory is taken into use can leave `hearth.format` and an empty `segments/`.
[[nodiscard]] result<opened_store> open_segments_store(segments_store_config config);

} // namespace hearth::storage
