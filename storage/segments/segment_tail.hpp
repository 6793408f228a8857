#pragma once

#include "storage/io/file_system.hpp"
#include "storage/segments/segment_record.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::storage {

/// The records that stand in a part of a segment which no index covers.
struct segment_tail {
  std::vector<segment_record> records; ///< whole and verified, in the order of their offsets
  std::vector<segment_record> torn;    ///< records whose payload is not what their header says
  std::uint64_t end = 0;               ///< behind the last of both, bytes
};

/// Reads a segment from `start.offset` to `end`, page by page, and verifies what claims to be a record of this store,
/// slot and generation at its own offset. Everything else (what was never written, older generations, the middle of a
/// torn record) is passed over. Errors: io, not_found, no_memory.
[[nodiscard]] result<segment_tail> read_segment_tail(file_system& files, const std::string& path,
                                                     const record_place& start, std::uint64_t end);

} // namespace hearth::storage
