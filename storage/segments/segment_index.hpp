#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/io/file_system.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::storage {

/// One record of a segment, as its index has it.
struct segment_index_entry {
  block_key key;
  std::uint64_t sequence = 0;
  std::uint64_t offset = 0; ///< of the record's header in the segment, bytes; whole pages
  std::uint64_t payload_bytes = 0;
  std::uint16_t name = 0; ///< which of the index's names is its namespace
  std::uint8_t priority = 0;
  std::uint8_t flags = 0;
  std::int64_t expiry_ns = 0;

  friend bool operator==(const segment_index_entry&, const segment_index_entry&) = default;
};

/// What stands in the file beside a segment: all that can be read from its first `covered_bytes`, and nothing from an
/// earlier generation. FORMAT.md has the bytes.
/// Invariant: names are such as namespaces have; entries are in the order of their offsets, whole records that do not
/// overlap, below `covered_bytes`.
struct segment_index {
  std::uint64_t store = 0;
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
  std::uint64_t segment_bytes = 0; ///< length of the segment's file
  std::uint64_t covered_bytes = 0; ///< from here on records may follow, unless `sealed`
  std::uint32_t records_max = 0;   ///< how many entries the budget has room for
  bool sealed = false;             ///< nothing is written to this generation any more
  std::vector<std::string> names;
  std::vector<segment_index_entry> entries;
};

/// The most that the index of a segment for `records_max` records takes on disk, in whole pages.
[[nodiscard]] std::uint64_t segment_index_bytes(std::uint64_t records_max) noexcept;

/// The file as it stands on disk. Pre: the invariant of `segment_index` holds; at most `records_max` entries.
[[nodiscard]] std::vector<std::byte> encode(const segment_index& index);

/// Reads bytes that nobody vouches for. Errors: corrupt, unsupported (a later version).
[[nodiscard]] result<segment_index> decode_segment_index(std::span<const std::byte> bytes);

/// Writes the file under another name, syncs it and gives it its name: what was there before stays whole until then.
/// The name is durable after the next `sync_names`. Errors: io, no_space.
[[nodiscard]] result<void> write_segment_index(file_system& files, const std::string& path, const segment_index& index);

/// What the index in `path` says of `records_max`, from its first page alone. Errors: not_found, corrupt, io.
[[nodiscard]] result<std::uint32_t> read_records_max(file_system& files, const std::string& path);

/// Errors: not_found, corrupt, unsupported, io, no_memory.
[[nodiscard]] result<segment_index> read_segment_index(file_system& files, const std::string& path);

} // namespace hearth::storage
