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

/// The memory tier: blocks under a byte budget, ordered by an eviction policy.
/// It never evicts by itself: the owner asks for the victim, decides what becomes of it, and erases it.
/// Invariants: `bytes() <= bytes_max()`; the policy tracks exactly the blocks that are here, those of a chain being put
/// apart; each of them is either worth writing or expendable. Threads: one owner; others see its blocks through the
/// index.
class hot_tier {
public:
  /// `bytes_max` counts payload bytes; 0 keeps nothing. `index`, empty, is where other threads find the blocks.
  hot_tier(std::uint64_t bytes_max, std::unique_ptr<eviction_policy> policy, std::shared_ptr<hot_index> index);
  ~hot_tier(); ///< empties the index
  hot_tier(const hot_tier&) = delete;
  hot_tier& operator=(const hot_tier&) = delete;

  /// The block, or nullptr. Valid until the next call that changes the tier. Does not count as use.
  [[nodiscard]] const hot_block* find(const block_key& key) const;

  /// The same in two steps. A slot holds until its block leaves.
  [[nodiscard]] block_slot slot_of(const block_key& key) const noexcept { return index_->find(key); }
  [[nodiscard]] const hot_block& at(block_slot slot) const noexcept { return std::as_const(*index_).at(slot); }

  /// Marks the block in this slot as asked for and moves it away from eviction. Returns whether this made it worth
  /// writing. `no_slot` is ignored.
  bool touch(block_slot slot);

  /// Until `end_chain`, what is inserted or touched are blocks of one chain, head first: then the eviction policy hears
  /// of them again, or for the first time, deepest first. Until then the new ones are victims only if nothing else is.
  void begin_chain() noexcept { in_chain_ = true; }
  void end_chain();

  /// A request asks for this chain, head first; touches and inserts of its blocks follow. For the eviction policy.
  void asked(std::span<const block_key> chain) { policy_->asked(chain); }

  /// Whether `bytes` more fit without anything leaving.
  [[nodiscard]] bool fits(std::uint64_t bytes) const noexcept {
    return bytes <= bytes_max_ - bytes_ && index_->size() < hot_index::blocks_max;
  }

  /// Changes `bytes_max()`. Pre: `bytes() <= bytes_max`.
  void limit(std::uint64_t bytes_max);

  /// Adds a block that is not here. Pre: not present and `fits(item.payload.size())`.
  void insert(block item, bool dirty);

  /// The cold tier holds a valid copy now, nobody has asked since. Absent keys are ignored.
  void mark_clean(const block_key& key);

  /// The cold tier holds no valid copy after all. Absent keys are ignored.
  void mark_dirty(const block_key& key);

  /// The cold tier has given up its copy; nobody has asked since. Absent and dirty keys are ignored.
  void mark_reclaimed(const block_key& key);

  /// Takes the block out; the caller owns it. Nothing if it was not here. `key` may be that of `find(key)->item`.
  std::optional<hot_block> erase(const block_key& key);

  /// The block that should leave first, or nullptr. It stays.
  [[nodiscard]] const hot_block* victim();

  /// Among those that may leave without being written the one that was asked for, or became so, longest ago; or
  /// nullptr. It stays.
  [[nodiscard]] const hot_block* expendable_victim() const;

  /// The dirty block that became dirty first after the one with this number, or nullptr. Before all others: 0.
  [[nodiscard]] const hot_block* next_dirty(std::uint64_t number) const;

  /// No dirty block has a larger number.
  [[nodiscard]] std::uint64_t last_dirty_number() const noexcept { return dirty_.last_number(); }

  /// Calls `visit` for every block, about in the order in which they would leave, until it answers false. `visit` must
  /// not change the tier.
  void visit(const std::function<bool(const hot_block&)>& visit) const;

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t bytes_max() const noexcept { return bytes_max_; }
  [[nodiscard]] std::size_t blocks() const noexcept { return index_->size(); }
  [[nodiscard]] std::size_t dirty_blocks() const noexcept { return dirty_.size(); }
  [[nodiscard]] std::size_t clean_blocks() const noexcept { return index_->size() - dirty_.size(); }
  /// Blocks that may leave without being written: the clean ones, and the reclaimed ones nobody has asked for.
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
  std::vector<block_slot> untracked_; ///< of the present chain, head first: the policy does not know of them yet
  std::vector<block_slot> touched_;   ///< of the present chain, head first
  dirty_order dirty_;
  slot_links expendable_links_;
  slot_list expendable_; ///< those that need no write, so that finding one is no search; least recently used first
};

} // namespace hearth::storage
