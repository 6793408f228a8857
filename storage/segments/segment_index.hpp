#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/io/file_system.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::storage {

/// One record of a segment, as its index lists it.
struct segment_index_entry {
  block_key key;
  std::uint64_t sequence = 0;
  std::uint64_t offset = 0; ///< of the record's header in the segment, bytes; whole pages
  std::uint64_t payload_bytes = 0;
  std::uint16_t name = 0; ///< number of its namespace in `segment_index::names`
  std::uint8_t priority = 0;
  std::uint8_t flags = 0;
  std::int64_t expiry_ns = 0;

  friend bool operator==(const segment_index_entry&, const segment_index_entry&) = default;
};

/// Content of the index file of a segment: the readable records in its first `covered_bytes`, all of one generation.
/// FORMAT.md describes the bytes. Invariant: names are valid namespace names; entries are in ascending order of offset,
/// whole records that do not overlap, below `covered_bytes`.
struct segment_index {
  std::uint64_t store = 0;
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
  std::uint64_t segment_bytes = 0; ///< length of the segment's file
  std::uint64_t covered_bytes = 0; ///< unlisted records may follow from here on, unless `sealed`
  std::uint32_t records_max = 0;   ///< maximum number of entries, as charged to the budget
  bool sealed = false;             ///< complete: nothing more is written under this generation
  std::vector<std::string> names;
  std::vector<segment_index_entry> entries;
};

/// Largest size of the index of a segment with `records_max` records, in bytes, rounded up to whole pages.
[[nodiscard]] std::uint64_t segment_index_bytes(std::uint64_t records_max) noexcept;

/// Encodes the index file. Pre: the invariant of `segment_index` holds; at most `records_max` entries.
[[nodiscard]] std::vector<std::byte> encode(const segment_index& index);

/// Decodes untrusted bytes. Errors: corrupt, unsupported (a later version).
[[nodiscard]] result<segment_index> decode_segment_index(std::span<const std::byte> bytes);

/// Writes the index to a temporary file, syncs it and renames it; the old index stays whole until the rename. The name
/// is durable after the next `sync_names`. Errors: io, no_space.
[[nodiscard]] result<void> write_segment_index(file_system& files, const std::string& path, const segment_index& index);

/// Reads `records_max` from the first page of the index in `path`. Errors: not_found, corrupt, io.
[[nodiscard]] result<std::uint32_t> read_records_max(file_system& files, const std::string& path);

/// Reads and verifies the index in `path`. Errors: not_found, corrupt, unsupported, io, no_memory.
[[nodiscard]] result<segment_index> read_segment_index(file_system& files, const std::string& path);

} // namespace hearth::storage
