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

/// The readable blocks of a store. Three accounts are kept in step: the index (by key, by use, by segment), the
/// segments' sums of live blocks and bytes, and the ledger of each namespace.
/// Invariants: each block of the index is in the list and the sums of exactly one segment, and is `present` in the
/// ledger of its namespace; a segment that a block has left has a dirty index, so that a crash does not bring the block
/// back. Threads: one at a time. Errors: none. No I/O.
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

  /// Recovery found the block; it is the most recently used so far. Pre: its key is not there.
  void recovered(const indexed_block& found);

  /// The block has been written. It takes the place of an older record of its key and becomes the most recently used.
  /// If it was erased meanwhile, or a later record of its key (a higher sequence) is there, it only passes through the
  /// ledger: two appends of one key may end in either order, and the later one stays, as it would after a restart.
  void persisted(const indexed_block& written, bool erased);

  /// An append was cancelled by an erase before it was written: counts as persisted and erased.
  void cancelled(namespace_id name_space, std::uint64_t payload_bytes) {
    ledgers_.pass_through(name_space, payload_bytes);
  }

  /// The block was used now. Pre: `id` is there.
  void use(record_id id);

  /// Takes the block out for `reason`, one of the ledger's ways out. Pre: `id` is there.
  void take_out(record_id id, cold_amount cold_ledger::*reason);

  /// Erases the blocks that match. Returns how many there were.
  std::size_t erase_if(const std::function<bool(const indexed_block&)>& matches);

  /// Reclaims all blocks of a segment.
  void reclaim(const segment& victim);

  /// Takes everything out as `vanished` and returns it, least recently used first.
  [[nodiscard]] std::vector<abandoned_block> abandon();

  /// A record was copied to `slot`, page `page`: the copy takes the original's place, and the order of use stays.
  /// Nothing happens if this record (its key and sequence) is not there any more. Returns whether it was.
  bool moved(const block_key& key, std::uint64_t sequence, std::uint32_t slot, std::uint32_t page);

  /// A walk over the sequences of all blocks in their order of use. `walk` appends those of the next `count` blocks and
  /// returns false at the end. Changes between two calls do not upset it: a block used meanwhile is met again.
  void start_walk() noexcept { index_.start_walk(); }
  [[nodiscard]] bool walk(std::size_t count, std::vector<std::uint64_t>& sequences);

  /// Of `persisted`, so much has survived a sync.
  void synced(namespace_id name_space, const cold_amount& amount) { ledgers_.sync(name_space, amount); }

  [[nodiscard]] cold_ledger ledger(std::optional<namespace_id> name_space) const { return ledgers_.of(name_space); }

  /// The keys that were reclaimed since the last call.
  [[nodiscard]] std::vector<block_key> take_reclaimed() { return std::exchange(reclaimed_, {}); }

private:
  void add(indexed_block added, cold_amount cold_ledger::*origin);

  segment_table& segments_;
  block_index index_;
  cold_ledgers ledgers_;
  std::vector<block_key> reclaimed_;
};

} // namespace hearth::storage
