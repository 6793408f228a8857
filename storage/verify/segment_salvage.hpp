#pragma once

#include "storage/segments/segment_record.hpp"
#include "storage/segments/segment_window.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace hearth::storage {

/// What a segment is found to hold without its index.
struct salvaged_segment {
  std::uint64_t generation = 0;        ///< the latest that any header names; 0: there is none
  std::vector<segment_record> records; ///< whole and verified, of that generation, in the order of their offsets
  std::vector<segment_record> torn;    ///< of that generation, with a payload that is not what their header says
};

/// Reads a segment from its start to `end` (whole pages), page by page, and verifies what claims to be a record of this
/// store and slot at its own offset, of whatever generation. A segment is written from its start under a generation
/// that is later than all before, so only the latest one found can be the segment's own: records of earlier ones are
/// what has not been overwritten yet. Pages that the disk does not give are passed over. `stop` is asked between one
/// record and the next; then what was found so far is returned. Errors: no_memory.
[[nodiscard]] result<salvaged_segment> salvage_segment(segment_window& bytes, std::uint64_t store, std::uint32_t slot,
                                                       std::uint64_t end, const std::function<bool()>& stop);

} // namespace hearth::storage
