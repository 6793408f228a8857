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

/// What can be found in a cold tier that is not as it should be, or not a store's.
enum class finding_kind : std::uint8_t {
  header,     ///< of a record or of a block's file: is none, or that of another
  payload,    ///< is not what its header says
  unreadable, ///< the disk does not give the bytes
  cut_short,  ///< the file ends before
  torn,     ///< a record that no index lists, with a payload that is not its own: mostly a write that a crash cut short
  index,    ///< of a segment: damaged
  no_index, ///< records in a segment that has no index
  no_segment, ///< an index that lists records, and no segment
  recency,    ///< the snapshot of recency: damaged
  foreign,    ///< somebody else's: left alone. No damage
  unfinished, ///< what a crash leaves behind, for recovery to remove or to use again. No damage
};

/// The name of `kind` as reports have it, e.g. "cut_short".
[[nodiscard]] std::string_view to_string(finding_kind kind) noexcept;

[[nodiscard]] bool is_damage(finding_kind kind) noexcept;

/// One thing that was found, where, and what was done about it.
struct finding {
  finding_kind kind = finding_kind::header;
  std::string file;         ///< as seen from the store's directory, e.g. "segments/00000001.segment"
  std::uint64_t offset = 0; ///< in that file, bytes
  std::uint64_t bytes = 0;  ///< from there on, as long as the record should be; 0: the whole file
  std::optional<block_key> key;
  std::string name_space; ///< empty: not known
  std::string found;
  std::string expected;
  std::string repair; ///< what became of it; empty: nothing was done
};

/// Whether a segment's index says what is in it.
enum class index_state : std::uint8_t { sealed, open, damaged, missing, foreign, none };

[[nodiscard]] std::string_view to_string(index_state state) noexcept;

/// One segment.
struct verified_part {
  std::string name;                      ///< "00000001"
  index_state index = index_state::none; ///< `none` only in a sum of several
  std::uint64_t generation = 0;          ///< 0: not known
  std::uint64_t bytes = 0;               ///< length of the file
  std::uint64_t listed = 0;              ///< records that its index lists
  std::uint64_t behind = 0;              ///< whole records found that the index does not list
  std::uint64_t blocks = 0;              ///< records that recovery presents
  std::uint64_t payload_bytes = 0;       ///< of those
  std::uint64_t dead_bytes = 0;          ///< written to, and of no block
  std::uint64_t damaged = 0;             ///< findings that are damage
};

/// The blocks of one namespace.
struct verified_amount {
  std::uint64_t blocks = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t damaged = 0; ///< of the blocks
};

enum class recency_state : std::uint8_t { none, whole, damaged };

[[nodiscard]] std::string_view to_string(recency_state state) noexcept;

/// What a verification tells.
struct verify_report {
  std::string engine;
  std::uint32_t version = 0; ///< of the engine's format
  std::uint64_t store = 0;   ///< number of the store; 0: its engine has none
  std::vector<verified_part> parts;
  std::map<std::string, verified_amount> namespaces;
  std::vector<finding> findings; ///< at most one a record or file
  std::uint64_t replaced = 0;    ///< older records of a key that has a later one: no blocks, not verified
  recency_state recency = recency_state::none;
  std::uint64_t recency_entries = 0;
  std::uint64_t bytes_read = 0; ///< of what was verified
  std::uint64_t salvaged = 0;   ///< records that a repair has listed again
  std::optional<failure> repair_failure;
  bool stopped = false; ///< the caller did not want to wait for the end: the rest was not looked at

  [[nodiscard]] std::uint64_t count(finding_kind kind) const noexcept;
  [[nodiscard]] std::uint64_t damaged() const noexcept;  ///< findings that are damage
  [[nodiscard]] std::uint64_t repaired() const noexcept; ///< of those, how many were dealt with
  [[nodiscard]] verified_amount total() const noexcept;  ///< over all namespaces
};

} // namespace hearth::storage
