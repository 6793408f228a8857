#pragma once

#include "storage/format/page.hpp"
#include "storage/format/record_header.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hearth::storage {

/// Sequences and generations are below this, and sequences begin at 1: no counter ever comes round.
inline constexpr std::uint64_t segment_numbers_end = 1ull << 63;

/// Where a record of a segment belongs. Each record says it of itself, so that none that a disk or a copying hand has
/// put elsewhere, and none from before the segment was recycled, is ever taken for another.
struct record_place {
  std::uint64_t store = 0;      ///< number of the store, given when its directory was taken into use
  std::uint32_t slot = 0;       ///< number of the segment's file
  std::uint64_t generation = 0; ///< of the segment: grows each time one is begun or recycled
  std::uint64_t offset = 0;     ///< of the header in the file, bytes

  friend bool operator==(const record_place&, const record_place&) = default;
};

/// The header of a record in a segment. FORMAT.md lays down each byte.
struct segment_record {
  record_place place;
  std::uint64_t sequence = 0; ///< order of appends in the store: of two records of a key the higher one counts
  record_header block;
  std::array<std::byte, 32> signature{}; ///< compatibility of the namespace; zeroes: not used
  std::int64_t expiry_ns = 0;            ///< wall time, ns since the epoch; 0: never
  std::uint8_t priority = 0;
  std::uint8_t flags = 0;

  friend bool operator==(const segment_record&, const segment_record&) = default;
};

/// Bytes of a record with this payload: header and payload, each in whole pages. Does not overflow: too much stays at
/// the largest multiple of a page.
[[nodiscard]] std::uint64_t segment_record_bytes(std::uint64_t payload_bytes) noexcept;

/// Pre: the namespace's name has 1 to 255 bytes. Threads: any. Errors: none.
[[nodiscard]] page_bytes encode(const segment_record& record);

/// Reads a header from bytes that nobody vouches for; accepts only what `encode` writes. Threads: any.
/// Errors: corrupt, unsupported (a later version).
[[nodiscard]] result<segment_record> decode_segment_record(std::span<const std::byte> page);

/// Whether a page starts as a record's header does: cheap enough to ask of every page of a segment.
[[nodiscard]] bool starts_segment_record(std::span<const std::byte> page) noexcept;

} // namespace hearth::storage
