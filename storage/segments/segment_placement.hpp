#pragma once

#include "storage/segments/segment_table.hpp"
#include "storage/segments/segments_store.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace hearth::storage {

/// Where a record is in the segments.
struct segment_offset {
  std::uint32_t slot = 0;   ///< of the segment
  std::uint64_t offset = 0; ///< of the record's header in the segment's file, bytes

  friend bool operator==(const segment_offset&, const segment_offset&) = default;
};

/// Decides where the next record goes: behind the last one in the open segment; when that is full, into the next ready
/// segment. A record too large to share a segment gets a ready segment of its own, and the open one stays open.
/// Invariants: at most one segment is open for records that share; every ready segment is empty and has state `ready`;
/// records of one segment are placed at ascending offsets without gaps.
/// Threads: one at a time. Errors: none. No I/O: the segments are changed in the table only.
class segment_placement {
public:
  /// Both must outlive the placement.
  segment_placement(const segments_store_config& config, segment_table& segments)
      : config_(config), segments_(segments) {}

  /// Places a record of this length, or nothing if it has to wait for a ready segment. The record counts as being
  /// written until `ended`. Seals the open segment if the record does not fit there, even if none is ready.
  [[nodiscard]] std::optional<segment_offset> place(std::uint64_t record_bytes);

  /// Places the copy of a record that reclaim keeps: only into the rest of the open segment, for a copy is not worth a
  /// ready one.
  [[nodiscard]] std::optional<segment_offset> place_copy(std::uint64_t record_bytes);

  /// The write of the record placed there has ended, or is given up.
  void ended(const segment_offset& at) { segments_.at(at.slot).writes.erase(at.offset); }

  /// A segment that recovery found incomplete: it becomes the open one if it is the newest such and a quarter of it is
  /// free; otherwise it is sealed. Pre: it is in the table, with its cursor and records.
  void adopt(segment& found);

  /// A segment was made or recycled for records. Pre: it is empty. After: its state is `ready`.
  void add_ready(segment& made);

  /// Takes a ready segment back, the one added last, or nothing.
  [[nodiscard]] std::optional<std::uint32_t> take_ready();

  /// Nothing more is placed in the open segment. Returns whether there was one.
  bool seal_open();

  /// The disk is full: what was reserved for the segment is not there to be filled. Seals it if it is the open one.
  void no_space_in(std::uint32_t slot);

  /// The segment is removed from the table next: it is not the open one any more.
  void forget(std::uint32_t slot);

  /// Whether the open segment is so full that the next one should be made ready ahead of need.
  [[nodiscard]] bool nearly_full() const;

  /// Length of the last record, which the next segment is made for. 0: there was none yet.
  [[nodiscard]] std::uint64_t last_record_bytes() const noexcept { return last_record_bytes_; }

  /// Recovery found a record of this length.
  void note_record(std::uint64_t record_bytes) noexcept { last_record_bytes_ = record_bytes; }

private:
  [[nodiscard]] segment_offset put(segment& in, std::uint64_t record_bytes);

  const segments_store_config& config_;
  segment_table& segments_;
  std::optional<std::uint32_t> open_; ///< slot of the segment that records share
  std::vector<std::uint32_t> ready_;  ///< slots of empty segments
  std::uint64_t last_record_bytes_ = 0;
};

} // namespace hearth::storage
