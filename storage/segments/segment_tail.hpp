#pragma once

#include "storage/io/file_system.hpp"
#include "storage/segments/segment_record.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::storage {

/// The records in the part of a segment that its index does not cover.
struct segment_tail {
  std::vector<segment_record> records; ///< whole and verified, in ascending order of offset
  std::vector<segment_record> torn;    ///< records whose payload does not match their header
  std::uint64_t end = 0;               ///< end of the last record, whole or torn, in bytes
};

/// Reads a segment from `start.offset` to `end`, page by page, and verifies every page that claims to be a record of
/// this store, slot and generation at its own offset. Skips everything else: pages never written, older generations,
/// the middle of a torn record. Errors: io, not_found, no_memory.
[[nodiscard]] result<segment_tail> read_segment_tail(file_system& files, const std::string& path,
                                                     const record_place& start, std::uint64_t end);

} // namespace hearth::storage
