#pragma once

#include "storage/segments/segment_record.hpp"
#include "storage/segments/segment_window.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace hearth::storage {

/// Records found in a segment without its index.
struct salvaged_segment {
  std::uint64_t generation = 0;        ///< the latest in any header; 0: no record found
  std::vector<segment_record> records; ///< of that generation: whole and verified, in ascending order of offset
  std::vector<segment_record> torn;    ///< of that generation: the payload does not match the header
};

/// Reads a segment from its start to `end` (whole pages), page by page, and verifies every page that claims to be a
/// record of this store and slot at its own offset, of any generation. A segment is written from its start under a
/// generation later than all before, so only the latest one found can be its own; records of earlier generations have
/// not been overwritten yet. Skips unreadable pages. Calls `stop` between two records; if it returns true, returns what
/// was found so far. Errors: no_memory.
[[nodiscard]] result<salvaged_segment> salvage_segment(segment_window& bytes, std::uint64_t store, std::uint32_t slot,
                                                       std::uint64_t end, const std::function<bool()>& stop);

} // namespace hearth::storage
