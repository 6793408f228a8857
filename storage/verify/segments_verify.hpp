#pragma once

#include "storage/segments/segments_recovery.hpp"
#include "storage/verify/verify_run.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace hearth::storage {

/// Input of a repair, besides the report.
struct segments_checked {
  segments_found found; ///< the scan of recovery; its blocks in order of slot and offset
  std::vector<std::pair<block_key, std::uint32_t>> hidden; ///< key and slot of records that a later one replaces

  /// The blocks of one segment, in ascending order of offset.
  [[nodiscard]] std::span<const found_block> blocks_in(std::uint32_t slot) const;
};

/// The block at this offset, or nullptr. `blocks`: the blocks of one segment.
[[nodiscard]] const found_block* block_at(std::span<const found_block> blocks, std::uint64_t offset);

/// The path of a slot's file, as findings name it: "segments/00000001.segment".
[[nodiscard]] std::string segment_path(std::uint32_t slot, segment_file_kind kind);

/// Verifies a store and adds the findings to the run's report. Changes nothing. The call blocks. Errors: as
/// `scan_segments`.
[[nodiscard]] result<segments_checked> verify_segments(verify_run& run);

} // namespace hearth::storage
