#pragma once

#include "storage/format/page.hpp"
#include "storage/format/record_header.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hearth::storage {

/// Upper bound of sequences and generations (exclusive); sequences begin at 1. The counters never wrap around.
inline constexpr std::uint64_t segment_numbers_end = 1ull << 63;

/// Place of a record. Each record contains its place, so that it is never mistaken for another: a record that the disk
/// misplaced, a record of a copied file, or a record from before the segment was recycled.
struct record_place {
  std::uint64_t store = 0;      ///< number of the store, assigned when its directory was taken into use
  std::uint32_t slot = 0;       ///< number of the segment's file
  std::uint64_t generation = 0; ///< of the segment: grows each time a segment is created or recycled
  std::uint64_t offset = 0;     ///< of the header in the file, bytes

  friend bool operator==(const record_place&, const record_place&) = default;
};

/// The header of a record in a segment. FORMAT.md specifies each byte.
struct segment_record {
  record_place place;
  std::uint64_t sequence = 0; ///< order of appends in the store; among records of one key the highest counts
  record_header block;
  std::array<std::byte, 32> signature{}; ///< compatibility of the namespace; zeroes: not used
  std::int64_t expiry_ns = 0;            ///< wall time, ns since the epoch; 0: never
  std::uint8_t priority = 0;
  std::uint8_t flags = 0;

  friend bool operator==(const segment_record&, const segment_record&) = default;
};

/// Length of a record with this payload, in bytes: header and payload, each in whole pages. Saturates at the largest
/// multiple of a page.
[[nodiscard]] std::uint64_t segment_record_bytes(std::uint64_t payload_bytes) noexcept;

/// Encodes a header page. Pre: the namespace's name has 1 to 255 bytes. Threads: any. Errors: none.
[[nodiscard]] page_bytes encode(const segment_record& record);

/// Decodes a header from untrusted bytes; accepts only what `encode` writes. Threads: any. Errors: corrupt, unsupported
/// (a later version).
[[nodiscard]] result<segment_record> decode_segment_record(std::span<const std::byte> page);

/// Whether a page has the magic of a record header: a cheap check for every page of a segment.
[[nodiscard]] bool starts_segment_record(std::span<const std::byte> page) noexcept;

} // namespace hearth::storage
