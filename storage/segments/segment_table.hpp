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
  making,  ///< its file is being created or recycled
  ready,   ///< empty, of a new generation; nothing written yet
  open,    ///< records are placed in it
  sealing, ///< no more records are placed in it; its index is not written yet
  sealed,  ///< complete, its index lists everything
  leaving, ///< chosen to be recycled or removed
};

/// One segment file, and its state in the engine.
struct segment : segment_shape {
  std::uint32_t slot = 0;       ///< number in its file names
  std::uint64_t generation = 0; ///< grows each time it is recycled
  segment_state state = segment_state::making;
  std::uint64_t cursor = 0;       ///< offset of the next record
  std::uint32_t records = 0;      ///< placed under this generation
  std::set<std::uint64_t> writes; ///< offsets of the records that are placed but not written
  std::uint32_t readers = 0;      ///< reads in flight; the segment is not overwritten while > 0
  bool data_dirty = false;        ///< records were written since the last sync
  bool index_dirty = false;       ///< its index on disk lists blocks that are gone, or is missing
  bool in_checkpoint = false;     ///< its index is being written
  bool unusable = false;          ///< its files are not usable: to be removed
  segment_blocks blocks;          ///< the blocks that are present
  std::uint64_t live_blocks = 0;
  std::uint64_t live_bytes = 0; ///< record bytes of the present blocks
  double worth = 0;             ///< see `segment_table`
  /// Per namespace, ascending; only namespaces with live bytes.
  std::vector<std::pair<namespace_id, std::uint64_t>> live_bytes_by;
  std::shared_ptr<file> target;

  /// Offset up to which every write has ended.
  [[nodiscard]] std::uint64_t written() const { return writes.empty() ? cursor : *writes.begin(); }

  /// Part of `live_bytes` in `namespaces`. Pre: `namespaces` ascend.
  [[nodiscard]] std::uint64_t live_bytes_in(std::span<const namespace_id> namespaces) const;
};

/// The segments of a store, and the worth of each.
///
/// Worth of a block: its record bytes, halved for each turnover of the tier since its last use: worth = bytes *
/// 2^((last use - now) / turnover). The worth of a segment is the sum of its blocks. The use clock counts bytes written
/// and read; one tick is 1/1,024 of the tier's capacity, so 32 bits last for four million turnovers, and then wrap
/// around. Sums are relative to a base tick, which advances before they overflow: a use costs O(1), and comparing needs
/// no clock. Threads: one at a time.
class segment_table {
public:
  explicit segment_table(std::uint64_t capacity_bytes);

  [[nodiscard]] segment& add(std::uint32_t slot);
  void remove(std::uint32_t slot);
  [[nodiscard]] segment& at(std::uint32_t slot) { return segments_.at(slot); }
  [[nodiscard]] const segment& at(std::uint32_t slot) const { return segments_.at(slot); }
  [[nodiscard]] std::map<std::uint32_t, segment>& all() noexcept { return segments_; }
  [[nodiscard]] const std::map<std::uint32_t, segment>& all() const noexcept { return segments_; }

  /// Sets the state to `sealing`: no more records are placed in the segment, and a checkpoint writes its index after
  /// its writes have ended.
  void seal(segment& full);

  /// Sets the state to `sealed`: the index on disk lists the whole segment. Pre: the state was `sealing`.
  void complete(segment& full);

  /// Slots of the segments in state `sealing`, ascending.
  [[nodiscard]] const std::set<std::uint32_t>& sealing() const noexcept { return sealing_; }

  /// Changes the capacity of the tier: past uses keep their worth, and the use clock continues at another pace.
  void capacity(std::uint64_t bytes);

  /// Records a use of `bytes`. Returns the tick of that use.
  std::uint32_t use(std::uint64_t bytes);

  /// Adds the record of a block to a segment, or removes it.
  void enter(segment& of, const indexed_block& block);
  void leave(segment& of, const indexed_block& block);

  /// Records that the block, last used at `before`, is used again at `now`.
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
