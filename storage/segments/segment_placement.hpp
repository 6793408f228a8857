#pragma once

#include "storage/segments/segment_table.hpp"
#include "storage/segments/segments_store.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace hearth::storage {

/// Place of a record in the segments.
struct segment_offset {
  std::uint32_t slot = 0;   ///< of the segment
  std::uint64_t offset = 0; ///< of the record's header in the segment's file, bytes

  friend bool operator==(const segment_offset&, const segment_offset&) = default;
};

/// Decides the place of the next record: behind the last one in the open segment; when that is full, in the next ready
/// segment. A record too large to share a segment gets a ready segment of its own, and the open one stays open.
/// Invariants: at most one segment is open for shared use; every ready segment is empty and has state `ready`; records
/// of one segment are placed at ascending offsets without gaps. Threads: one at a time. Errors: none. No I/O: only the
/// table changes.
class segment_placement {
public:
  /// Both must outlive the placement.
  segment_placement(const segments_store_config& config, segment_table& segments)
      : config_(config), segments_(segments) {}

  /// Places a record of this length; nullopt if it has to wait for a ready segment. The record counts as being written
  /// until `ended`. Seals the open segment if the record does not fit there, even if no segment is ready.
  [[nodiscard]] std::optional<segment_offset> place(std::uint64_t record_bytes);

  /// Places the copy of a record that reclaim keeps: only in the rest of the open segment, because a copy is not worth
  /// a ready segment.
  [[nodiscard]] std::optional<segment_offset> place_copy(std::uint64_t record_bytes);

  /// The write of the record placed there has ended, or was cancelled.
  void ended(const segment_offset& at) { segments_.at(at.slot).writes.erase(at.offset); }

  /// Takes over an unsealed segment that recovery found. It becomes the open one if it is the newest so far and a
  /// quarter of it is free; otherwise it is sealed. Pre: it is in the table, with its cursor and records.
  void adopt(segment& found);

  /// Adds a segment that was created or recycled. Pre: it is empty. After: its state is `ready`.
  void add_ready(segment& made);

  /// Removes and returns the ready segment added last, or nullopt.
  [[nodiscard]] std::optional<std::uint32_t> take_ready();

  /// Seals the open segment: no more records are placed in it. Returns whether there was one.
  bool seal_open();

  /// The disk is full: the space reserved for the segment is missing. Seals it if it is the open one.
  void no_space_in(std::uint32_t slot);

  /// The segment is about to be removed from the table: it is no longer the open one.
  void forget(std::uint32_t slot);

  /// Whether the open segment is so full that the next one should be prepared ahead of need.
  [[nodiscard]] bool nearly_full() const;

  /// Length of the last record; the next segment is shaped for this length. 0: no record yet.
  [[nodiscard]] std::uint64_t last_record_bytes() const noexcept { return last_record_bytes_; }

  /// Notes the length of a record that recovery found.
  void note_record(std::uint64_t record_bytes) noexcept { last_record_bytes_ = record_bytes; }

private:
  [[nodiscard]] segment_offset put(segment& in, std::uint64_t record_bytes);

  const segments_store_config& config_;
  segment_table& segments_;
  std::optional<std::uint32_t> open_; ///< slot of the segment open for shared use
  std::vector<std::uint32_t> ready_;  ///< slots of empty segments
  std::uint64_t last_record_bytes_ = 0;
};

} // namespace hearth::storage
