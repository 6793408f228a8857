#pragma once

#include "storage/blocks/block.hpp"
#include "storage/eviction/eviction_policy.hpp"
#include "storage/hot/dirty_order.hpp"
#include "storage/hot/hot_index.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace hearth::storage {

/// The memory tier: blocks under a byte budget, ordered by an eviction policy. The tier never evicts by itself: the
/// owner asks for the victim, decides what happens to it, and erases it. Invariants: `bytes() <= bytes_max()`; the
/// policy tracks all blocks of the tier, except new blocks of a chain that is being put; each block is either worth
/// writing or expendable. Threads: one owner; other threads see the blocks through the index.
class hot_tier {
public:
  /// `bytes_max` counts payload bytes; 0 keeps nothing. Other threads find the blocks in `index`. Pre: `index` and
  /// `policy` are empty.
  hot_tier(std::uint64_t bytes_max, std::unique_ptr<eviction_policy> policy, std::shared_ptr<hot_index> index);
  ~hot_tier(); ///< empties the index
  hot_tier(const hot_tier&) = delete;
  hot_tier& operator=(const hot_tier&) = delete;

  /// The block, or nullptr. Valid until the next call that changes the tier. The call does not count as a use of the
  /// block.
  [[nodiscard]] const hot_block* find(const block_key& key) const;

  /// The same as `find`, in two steps. A slot is valid until its block leaves.
  [[nodiscard]] block_slot slot_of(const block_key& key) const noexcept { return index_->find(key); }
  [[nodiscard]] const hot_block& at(block_slot slot) const noexcept { return std::as_const(*index_).at(slot); }

  /// Records that the block in this slot was requested, and refreshes the block's place in the eviction order. Returns
  /// whether this made the block worth writing. `no_slot` is ignored.
  bool touch(block_slot slot);

  /// Begins a chain: until `end_chain`, inserted and touched blocks belong to one chain, head first. `end_chain`
  /// inserts the new blocks into the eviction policy and touches the touched blocks again, deepest first. Until then a
  /// new block is a victim only if there is no other block.
  void begin_chain() noexcept { in_chain_ = true; }
  void end_chain();

  /// Tells the eviction policy that a request asks for this chain, head first; touches and inserts of its blocks
  /// follow.
  void asked(std::span<const block_key> chain) { policy_->asked(chain); }

  /// Whether `bytes` more bytes fit without an eviction.
  [[nodiscard]] bool fits(std::uint64_t bytes) const noexcept {
    return bytes <= bytes_max_ - bytes_ && index_->size() < hot_index::blocks_max;
  }

  /// Changes `bytes_max()`. Pre: `bytes() <= bytes_max`.
  void limit(std::uint64_t bytes_max);

  /// Adds a block. Pre: its key is not here, and `fits(item.payload.size())`.
  void insert(block item, bool dirty);

  /// Marks the block clean and not requested: the cold tier holds a valid copy. Absent keys are ignored.
  void mark_clean(const block_key& key);

  /// Marks the block dirty: the cold tier holds no valid copy after all. Absent keys are ignored.
  void mark_dirty(const block_key& key);

  /// Marks a clean block dirty and not requested, because the cold tier reclaimed the copy. Absent and dirty keys are
  /// ignored.
  void mark_reclaimed(const block_key& key);

  /// Removes the block and returns it; nothing if the block is not here. `key` may refer to `find(key)->item`.
  std::optional<hot_block> erase(const block_key& key);

  /// The next victim, or nullptr. The victim stays in the tier.
  [[nodiscard]] const hot_block* victim();

  /// The next victim among the expendable blocks, or nullptr: the first in the order in which they were last requested
  /// or became expendable. The victim stays in the tier.
  [[nodiscard]] const hot_block* expendable_victim() const;

  /// The first dirty block with a number greater than `number`, or nullptr. 0 gives the first of all dirty blocks.
  [[nodiscard]] const hot_block* next_dirty(std::uint64_t number) const;

  /// The largest number that a dirty block can have at this moment.
  [[nodiscard]] std::uint64_t last_dirty_number() const noexcept { return dirty_.last_number(); }

  /// Calls `visit` for every block, roughly in eviction order, until `visit` returns false. `visit` must not change the
  /// tier.
  void visit(const std::function<bool(const hot_block&)>& visit) const;

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t bytes_max() const noexcept { return bytes_max_; }
  [[nodiscard]] std::size_t blocks() const noexcept { return index_->size(); }
  /// The number of blocks that may leave without a write: clean blocks, and reclaimed blocks that were not requested
  /// since.
  [[nodiscard]] std::size_t expendable_blocks() const noexcept { return expendable_.size(); }
  [[nodiscard]] std::uint64_t worth_writing_bytes() const noexcept { return worth_writing_bytes_; }

private:
  template <class Change>
  void change(block_slot slot, Change how);
  void track_chain();
  void check() const;

  std::uint64_t bytes_max_;
  std::uint64_t bytes_ = 0;
  std::uint64_t worth_writing_bytes_ = 0;
  std::shared_ptr<hot_index> index_;
  std::unique_ptr<eviction_policy> policy_;
  bool in_chain_ = false;
  std::vector<block_slot> untracked_; ///< new blocks of the current chain that the policy does not know yet, head first
  std::vector<block_slot> touched_;   ///< touched blocks of the current chain, head first
  dirty_order dirty_;
  slot_links expendable_links_;
  slot_list expendable_; ///< expendable blocks, least recently used first: the next one is found without a search
};

} // namespace hearth::storage
