#pragma once

#include "storage/io/file_system.hpp"
#include "storage/segments/block_index.hpp"
#include "storage/segments/segment_shape.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace hearth::storage {

enum class segment_state : std::uint8_t {
  making,  ///< its file is being made or recycled
  ready,   ///< empty, of a new generation; nothing written yet
  open,    ///< records are placed in it
  sealing, ///< nothing more is placed in it; its index has yet to be written
  sealed,  ///< complete
  leaving, ///< chosen to be recycled or removed
};

/// One segment file, and what the engine knows of it.
struct segment : segment_shape {
  std::uint32_t slot = 0;       ///< names its file
  std::uint64_t generation = 0; ///< grows each time it is begun anew
  segment_state state = segment_state::making;
  std::uint64_t cursor = 0;       ///< where the next record goes
  std::uint32_t records = 0;      ///< placed in this generation
  std::set<std::uint64_t> writes; ///< offsets of the records that have a place and are not written yet
  std::uint32_t readers = 0;      ///< reads in flight: until there is none it is not overwritten
  bool data_dirty = false;        ///< records were written since the last sync
  bool index_dirty = false;       ///< its index on disk lists blocks that were erased, or is missing
  bool in_checkpoint = false;     ///< its index is being written
  bool unusable = false;          ///< its file could not be made as it should be: to be removed
  segment_blocks blocks;          ///< those that are present
  std::uint64_t live_blocks = 0;
  std::uint64_t live_bytes = 0;                                      ///< of their records
  double worth = 0;                                                  ///< see `segment_table`
  std::vector<std::pair<namespace_id, std::uint64_t>> live_bytes_by; ///< namespace, ascending: few; none with nothing
  std::shared_ptr<file> target;

  /// Up to where every write has ended.
  [[nodiscard]] std::uint64_t written() const { return writes.empty() ? cursor : *writes.begin(); }

  /// Of `live_bytes`, those in `namespaces`, which ascend.
  [[nodiscard]] std::uint64_t live_bytes_in(std::span<const namespace_id> namespaces) const;
};

/// The segments of a store, and what each is worth.
///
/// Worth. A block is worth its bytes, halved for each turnover of the tier since its last use: worth = bytes *
/// 2^((last use - now) / turnover). A segment is worth the sum of its blocks. The use clock counts bytes written and
/// read; its tick is a 1,024th of the tier's capacity, so 32 bits last for four million turnovers, and then begin
/// anew. Sums are kept relative to a base tick, which moves on before they overflow: a use costs O(1), comparing needs
/// no clock.
/// Threads: one at a time.
class segment_table {
public:
  explicit segment_table(std::uint64_t capacity_bytes);

  [[nodiscard]] segment& add(std::uint32_t slot);
  void remove(std::uint32_t slot);
  [[nodiscard]] segment& at(std::uint32_t slot) { return segments_.at(slot); }
  [[nodiscard]] const segment& at(std::uint32_t slot) const { return segments_.at(slot); }
  [[nodiscard]] std::map<std::uint32_t, segment>& all() noexcept { return segments_; }
  [[nodiscard]] const std::map<std::uint32_t, segment>& all() const noexcept { return segments_; }

  /// Nothing more is placed in the segment: its state is `sealing`, and a checkpoint writes its index once its writes
  /// have ended.
  void seal(segment& full);

  /// The index of the segment lists all of it, on disk: its state is `sealed`. Pre: it was `sealing`.
  void complete(segment& full);

  /// Slots of the segments whose state is `sealing`, ascending.
  [[nodiscard]] const std::set<std::uint32_t>& sealing() const noexcept { return sealing_; }

  /// The tier has another capacity from now on: what was used keeps its worth, and the clock goes on at another pace.
  void capacity(std::uint64_t bytes);

  /// `bytes` were used; the tick of that use.
  std::uint32_t use(std::uint64_t bytes);

  /// A block's record came to, or left, a segment.
  void enter(segment& of, const indexed_block& block);
  void leave(segment& of, const indexed_block& block);

  /// The block was last used at `before` and is used again at `now`.
  void used_again(segment& of, const indexed_block& block, std::uint32_t before, std::uint32_t now);

private:
  [[nodiscard]] double weight(std::uint32_t tick) const;
  void rebase();

  std::map<std::uint32_t, segment> segments_;
  std::set<std::uint32_t> sealing_;
  std::uint64_t tick_bytes_;
  std::uint64_t used_bytes_ = 0;
  std::uint32_t base_tick_ = 0;
};

} // namespace hearth::storage
