#pragma once

#include "storage/segments/segments_recovery.hpp"
#include "storage/verify/verify_run.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace hearth::storage {

/// What a repair has to know besides the report.
struct segments_checked {
  segments_found found; ///< what recovery would make of the directory; the blocks in the order of slot and offset
  std::vector<std::pair<block_key, std::uint32_t>> hidden; ///< key and slot of records that a later one replaces

  /// The blocks of one segment, in the order of their offsets.
  [[nodiscard]] std::span<const found_block> blocks_in(std::uint32_t slot) const;
};

/// The block at this offset, if there is one. `blocks`: those of one segment.
[[nodiscard]] const found_block* block_at(std::span<const found_block> blocks, std::uint64_t offset);

/// The file of a slot as findings name it: "segments/00000001.segment".
[[nodiscard]] std::string segment_path(std::uint32_t slot, segment_file_kind kind);

/// Verifies a store: what it finds goes to the run's report. Changes nothing. Blocks.
/// Errors: as `scan_segments`.
[[nodiscard]] result<segments_checked> verify_segments(verify_run& run);

} // namespace hearth::storage
