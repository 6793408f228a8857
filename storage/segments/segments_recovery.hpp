#pragma once

#include "storage/blocks/namespace_table.hpp"
#include "storage/cold/opened_store.hpp"
#include "storage/io/io_engine.hpp"
#include "storage/orders.hpp"
#include "storage/segments/recency.hpp"
#include "storage/segments/segment_index.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::storage {

inline constexpr const char* segments_engine_name = "segments";
inline constexpr std::uint32_t segments_format_version = 1;

/// Kind of a file in `segments/`, by its name: `<slot, 8 hex digits>` and a suffix (FORMAT.md).
enum class segment_file_kind : std::uint8_t {
  foreign, ///< any other name
  data,    ///< `.segment`
  index,   ///< `.index`
};

[[nodiscard]] std::string to_string(std::uint32_t slot, segment_file_kind kind);

struct parsed_segment_name {
  segment_file_kind kind = segment_file_kind::foreign;
  std::uint32_t slot = 0;
};

/// Parses a name. Accepts only the exact text that `to_string` writes.
[[nodiscard]] parsed_segment_name parse_segment_name(std::string_view text);

/// Kind of an entry in `segments/`, by name and file type.
enum class segment_entry_kind : std::uint8_t {
  foreign,    ///< not written by hearth: another name, or not a regular file
  unfinished, ///< `.writing`: a file whose writing did not finish
  data,
  index,
  recency,
};

struct segment_entry {
  segment_entry_kind kind = segment_entry_kind::foreign;
  std::optional<std::uint32_t> slot; ///< slot in its name, also if the entry is foreign
};

[[nodiscard]] segment_entry tell_segment_entry(const directory_entry& entry);

/// A block that recovery found.
struct found_block {
  block_key key;
  namespace_id name_space = 0;
  std::uint64_t sequence = 0;
  std::uint64_t payload_bytes = 0;
  std::uint32_t slot = 0;
  std::uint32_t page = 0; ///< of its header: offset / 4,096
};

/// A segment that recovery found.
struct found_segment {
  std::uint32_t slot = 0;
  std::uint64_t generation = 0;
  std::uint64_t bytes = 0; ///< length of its file
  std::uint32_t records_max = 1;
  std::uint64_t cursor = 0; ///< behind the last record, whole or torn
  std::uint32_t records = 0;
  bool sealed = false;      ///< its index lists all of its records
  bool index_stale = false; ///< its index lists a block that has a later record elsewhere
};

/// Result of the scan of a directory. Nothing has been changed yet.
struct segments_found {
  std::vector<found_segment> segments;
  std::vector<found_block> blocks;  ///< one per key, least recently used first
  std::vector<std::string> useless; ///< names of hearth's files without any use: to be removed
  std::vector<std::uint32_t> taken; ///< slots of foreign files: not to be used
  std::uint64_t next_sequence = 1;
  std::uint64_t next_generation = 1;
  recovery_report report;
};

/// Lists `directory` and its `segments/`, and reads the index of each segment and, in unsealed segments, the records
/// behind `covered`. FORMAT.md has the rules. Changes nothing. Waits until no write to an unsealed segment is in
/// flight, at most 60 s for each. Errors: io, busy (such a write has not ended), unsupported, invalid_argument
/// (`segments` is not a directory), overloaded (more namespaces than the table takes), no_memory. `progress` may be
/// empty.
[[nodiscard]] result<segments_found> scan_segments(file_system& files, const std::string& directory,
                                                   std::uint64_t store, namespace_table& namespaces,
                                                   const opening_progress& progress = {});

} // namespace hearth::storage
