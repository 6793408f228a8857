#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/errors.hpp"
#include "storage/hex.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::storage {

/// Kind of a finding in a cold tier: damage, a foreign file, or a leftover of a crash.
enum class finding_kind : std::uint8_t {
  header,     ///< the header of a record is not valid, or belongs to another record
  payload,    ///< the payload does not match its header
  unreadable, ///< the disk cannot read the bytes
  cut_short,  ///< the file is too short
  /// A record that no index lists, and whose payload does not match its header: usually a write that a crash
  /// interrupted.
  torn,
  index,      ///< the index of a segment is damaged
  no_index,   ///< a segment with records has no index
  no_segment, ///< an index lists records, but its segment does not exist
  recency,    ///< the snapshot of recency is damaged
  foreign,    ///< not written by hearth: left alone. Not damage
  unfinished, ///< left by a crash; recovery removes or reuses it. Not damage
};

/// The name of `kind` in reports, e.g. "cut_short".
[[nodiscard]] std::string_view to_string(finding_kind kind) noexcept;

[[nodiscard]] bool is_damage(finding_kind kind) noexcept;

/// One finding: kind, place, and repair.
struct finding {
  finding_kind kind = finding_kind::header;
  std::string file;         ///< relative to the store's directory, e.g. "segments/00000001.segment"
  std::uint64_t offset = 0; ///< in that file, bytes
  std::uint64_t bytes = 0;  ///< expected length of the record; 0: the whole file
  std::optional<block_key> key;
  std::string name_space; ///< empty: unknown
  std::string found;
  std::string expected;
  std::string repair; ///< what was done; empty: nothing
};

/// State of a segment's index.
enum class index_state : std::uint8_t { sealed, open, damaged, missing, foreign, none };

[[nodiscard]] std::string_view to_string(index_state state) noexcept;

/// Result of one segment.
struct verified_part {
  std::string name;                      ///< "00000001"
  index_state index = index_state::none; ///< `none` only in a sum of several segments
  std::uint64_t generation = 0;          ///< 0: unknown
  std::uint64_t bytes = 0;               ///< length of the file
  std::uint64_t listed = 0;              ///< records that its index lists
  std::uint64_t behind = 0;              ///< whole records that the index does not list
  std::uint64_t blocks = 0;              ///< records that recovery presents
  std::uint64_t payload_bytes = 0;       ///< of `blocks`
  std::uint64_t dead_bytes = 0;          ///< written, but not part of any block
  std::uint64_t damaged = 0;             ///< findings that are damage
};

/// Result of one namespace.
struct verified_amount {
  std::uint64_t blocks = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t damaged = 0; ///< damaged ones among `blocks`
};

enum class recency_state : std::uint8_t { none, whole, damaged };

[[nodiscard]] std::string_view to_string(recency_state state) noexcept;

/// Result of a verification.
struct verify_report {
  std::string engine;
  std::uint32_t version = 0; ///< of the engine's format
  std::uint64_t store = 0;   ///< number of the store; 0: none
  std::vector<verified_part> parts;
  std::map<std::string, verified_amount> namespaces;
  std::vector<finding> findings; ///< at most one per record or file
  std::uint64_t replaced = 0;    ///< older records of a key that has a later one: not blocks, not verified
  recency_state recency = recency_state::none;
  std::uint64_t recency_entries = 0;
  std::uint64_t bytes_read = 0; ///< by the verification
  std::uint64_t salvaged = 0;   ///< records that a repair listed again
  std::optional<failure> repair_failure;
  bool stopped = false; ///< the caller stopped it: the rest was not verified

  [[nodiscard]] std::uint64_t count(finding_kind kind) const noexcept;
  [[nodiscard]] std::uint64_t damaged() const noexcept;  ///< number of findings that are damage
  [[nodiscard]] std::uint64_t repaired() const noexcept; ///< number of these that were repaired
  [[nodiscard]] verified_amount total() const noexcept;  ///< sum over all namespaces
};

} // namespace hearth::storage
