#pragma once

#include "storage/cold/cold_ledgers.hpp"
#include "storage/segments/block_index.hpp"
#include "storage/segments/segment_table.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace hearth::storage {

/// The readable blocks of a store. Keeps three structures consistent: the index (by key, by use, by segment), the sums
/// of live blocks and bytes per segment, and the ledger per namespace. Invariants: each block of the index is in the
/// list and the sums of exactly one segment, and is `present` in the ledger of its namespace; a segment that a block
/// has left has a dirty index, so that a crash does not bring the block back. Threads: one at a time. Errors: none. No
/// I/O.
class present_blocks {
public:
  /// `segments` must outlive this.
  explicit present_blocks(segment_table& segments) : segments_(segments) {}

  [[nodiscard]] record_id find(const block_key& key) const { return index_.find(key); }
  [[nodiscard]] const indexed_block& at(record_id id) const { return index_.at(id); }
  [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
  [[nodiscard]] record_id next_in_segment(record_id id) const { return index_.next_in_segment(id); }

  /// All keys, least recently used first.
  [[nodiscard]] std::vector<block_key> keys() const;

  /// Adds a block that recovery found, as the most recently used. Pre: its key is not present.
  void recovered(const indexed_block& found);

  /// Adds a block that has been written, as the most recently used; it replaces an older record of its key. If it was
  /// erased meanwhile, or a later record of its key (a higher sequence) is present, only the ledger counts it, as
  /// persisted and erased: two appends of one key may end in either order, and the later one stays, as it would after a
  /// restart.
  void persisted(const indexed_block& written, bool erased);

  /// Counts an append that an erase cancelled before it was written: as persisted and erased.
  void cancelled(namespace_id name_space, std::uint64_t payload_bytes) {
    ledgers_.pass_through(name_space, payload_bytes);
  }

  /// Records a use of the block now. Pre: `id` is present.
  void use(record_id id);

  /// Removes the block. `reason`: `reclaimed`, `erased`, `corrupt` or `vanished` of the ledger. Pre: `id` is present.
  void take_out(record_id id, cold_amount cold_ledger::*reason);

  /// Erases the blocks that match. Returns how many there were.
  std::size_t erase_if(const std::function<bool(const indexed_block&)>& matches);

  /// Reclaims all blocks of a segment.
  void reclaim(const segment& victim);

  /// Removes all blocks as `vanished` and returns them, least recently used first.
  [[nodiscard]] std::vector<abandoned_block> abandon();

  /// Moves a block to the copy of its record in segment `slot`, page `page`; the order of use stays. Does nothing and
  /// returns false if this record (its key and sequence) is no longer present.
  bool moved(const block_key& key, std::uint64_t sequence, std::uint32_t slot, std::uint32_t page);

  /// Walks over the sequences of all blocks, least recently used first. `walk` appends the sequences of the next
  /// `count` blocks and returns false at the end. Blocks may change between two calls: a block used meanwhile is
  /// visited again.
  void start_walk() noexcept { index_.start_walk(); }
  [[nodiscard]] bool walk(std::size_t count, std::vector<std::uint64_t>& sequences);

  /// Counts this part of `persisted` as synced.
  void synced(namespace_id name_space, const cold_amount& amount) { ledgers_.sync(name_space, amount); }

  [[nodiscard]] cold_ledger ledger(std::optional<namespace_id> name_space) const { return ledgers_.of(name_space); }

  /// Returns the keys that were reclaimed since the last call.
  [[nodiscard]] std::vector<block_key> take_reclaimed() { return std::exchange(reclaimed_, {}); }

private:
  void add(indexed_block added, cold_amount cold_ledger::*origin);

  segment_table& segments_;
  block_index index_;
  cold_ledgers ledgers_;
  std::vector<block_key> reclaimed_;
};

} // namespace hearth::storage
