#pragma once

#include "actors/tiers/counted_hot_tier.hpp"
#include "actors/tiers/evictions.hpp"
#include "actors/tiers/limits_now.hpp"
#include "actors/tiers/losses.hpp"
#include "actors/tiers/offers.hpp"
#include "actors/tiers/tier_lookup.hpp"
#include "actors/tiers/write_policy.hpp"
#include "messages/gate.hpp"
#include "messages/host_messages.hpp"
#include "stats/tally.hpp"
#include "storage/cold/block_store.hpp"
#include "storage/io/io_engine.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace hearth::actors {

struct tiers_config {
  write_policy policy = write_policy::back;
  std::uint64_t block_bytes_max = 0;
  bool cut_chains = true;                 ///< do not write orphans
  std::chrono::nanoseconds queue_time{0}; ///< longest time a write should be pending; 0: no limit
  storage::write_budget_config budget;
  storage::eviction_order eviction = storage::eviction_order::lru;
};

/// The tiers of a cache, as hot_cache sees them. Stores, finds, erases and promotes blocks, and applies the ends of
/// writes, reclaims, new limits and the state of the cold tier's directory to the hot tier. `evictions` decides which
/// block leaves; `offers` does everything that faces the writer. Every decision enters the tally at the moment it is
/// made, so the ledger balances between any two calls. Invariants: hot bytes never exceed their limit; a block is dirty
/// only if it is neither pending nor known to be cold. Independent of actors: `send` passes requests to the writer.
/// Threads: one owner.
class tiers {
public:
  /// `limits` has the initial limits and is updated with every change. `index`, empty, is where other threads find hot
  /// blocks. `store` and `writer_gate` are null if there is no cold tier. `clock` is monotonic and drives the write
  /// budget and the drain rate.
  tiers(const tiers_config& config, std::shared_ptr<limits_now> limits, std::shared_ptr<storage::hot_index> index,
        std::shared_ptr<storage::block_store> store, std::shared_ptr<messages::gate> writer_gate,
        std::shared_ptr<stats::tally> tally, offers::send_write send, storage::clock_ns clock);

  /// Collects offers, as `offers::one_request`.
  [[nodiscard]] offers::one_request open_request() { return offers::one_request{offers_}; }

  /// The block of `key`, if it belongs to `name_space`.
  [[nodiscard]] lookup_result look(storage::namespace_id name_space, const storage::block_key& key) const {
    return lookup_.find(name_space, key);
  }

  /// See put_request. Errors: too_large, conflict, orphan, invalid_argument, overloaded (only the cold tier could hold
  /// the block, and does not take it now: late_full, over_budget, no writer, no directory).
  storage::result<messages::put_outcome> put(storage::block item);

  /// Puts the blocks of one chain, head first, each like `put`. Under eviction, later blocks of the chain leave first.
  std::vector<storage::result<messages::put_outcome>> put_many(std::vector<storage::block> chain);

  /// A request for this chain begins; touches of its hot blocks follow.
  void asked(std::span<const storage::block_key> chain) { hot_.asked(chain); }

  /// Touches a hot block that was requested: eviction reaches it later. Ignores `no_slot`. Returns whether the block
  /// became worth writing, because its cold copy had been reclaimed.
  bool touch(storage::block_slot slot) { return hot_.touch(slot); }

  /// Promotes a block that was read from the cold tier into the hot tier, unless another block would lose its only
  /// copy.
  void promote(storage::block item);

  /// The cold tier has reclaimed its copy of a block: a hot block becomes dirty again.
  void reclaimed(const storage::block_key& key);

  /// The cold tier's copy of a block was unreadable and was removed: a hot block becomes dirty again.
  void copy_failed(const storage::block_key& key);

  /// Removes a block from every tier and cancels its write if that has not started. Returns whether the block was
  /// present.
  bool erase(storage::namespace_id name_space, const storage::block_key& key);

  /// Removes every block of a namespace (not set: of all). Returns the number of blocks removed.
  std::uint64_t clear(std::optional<storage::namespace_id> name_space);

  /// Removes from the hot tier every block of a namespace (not set: of all) that is cold or pending, or that the writer
  /// takes now. Blocks stay that the writer does not take: orphans, blocks that the cold tier can never take, and all
  /// others once the writer's mailbox is full, the write budget is used up, or the writer or the directory is gone.
  /// Drops and loses nothing, and counts no eviction: nothing needs the room. Without a cold tier removes every block.
  messages::clear_reply clear_hot(std::optional<storage::namespace_id> name_space) {
    return evictions_.clear(name_space);
  }

  /// Removes every block of a namespace (not set: of all) from the cold tier, and cancels every pending write that has
  /// not started. Hot blocks stay, dirty. Other blocks are then in no tier, as after an erase. While detached, the
  /// blocks in the directory do not come back with it; they are not counted. Pre: there is a cold tier.
  messages::clear_reply clear_cold(std::optional<storage::namespace_id> name_space);

  /// Changes the limits of the tiers. A lower hot limit evicts a bounded number of blocks at once; the limit in force
  /// follows them down, and `approach_hot_limit` does the rest. Errors: invalid_argument, io (the directory is gone);
  /// the text names the field, what was found and what is expected. The limits then stay unchanged.
  storage::result<void> limit(const messages::tier_limits& wanted);

  /// Takes one more step towards the hot limit requested last. Returns whether that limit holds.
  bool approach_hot_limit();

  /// The write with this number has ended. Ignores unknown numbers: their writes were given up before.
  void settle(std::uint64_t sequence, const storage::result<void>& outcome);

  /// The writer died: no pending write will be answered. Counts the writes that are not in the cold tier as
  /// writer_died, and takes their blocks back into the hot tier if they fit.
  void writer_died();

  /// A new writer accepts requests.
  void writer_restarted() { offers_.writer_restarted(); }

  /// All dirty blocks, in the order in which they became dirty. Heads of chains are put before their tails, so they
  /// come first.
  [[nodiscard]] dirty_range dirty() const noexcept { return {0, hot_.last_dirty_number()}; }

  /// Offers blocks from the front of `rest`, as many as the writer takes, and removes them from `rest`; they stay hot.
  /// Skips blocks that cannot be written, or are not worth writing ahead of need, and leaves them unchanged. Never
  /// drops a block.
  void offer_from(dirty_range& rest, urgency how) { evictions_.offer_from(rest, how); }

  /// Passes recency to the cold tier: which of its blocks were used in the hot tier, in order of use, so that it
  /// survives a restart. Pre: there is a cold tier.
  void pass_uses_on();

  /// The cold tier's directory is gone; `gone` lists the blocks that could be read there. Counts the consequences: a
  /// block that is now in no tier is lost; a hot block becomes dirty; a pending write fails, unless it had reached the
  /// directory (then it was persisted, and is gone). From now on blocks stay hot, or leave, as in a cache without a
  /// cold tier. Returns the blocks lost.
  stats::amount detach(const std::vector<storage::abandoned_block>& gone);

  /// The cold tier's directory is back, with the blocks found in it.
  void reattached();

  /// Whether blocks can be written: there is a cold tier, and its directory is there.
  [[nodiscard]] bool attached() const noexcept { return evictions_.attached(); }

  /// Ends all writing: drops pending and dirty blocks as `closing` and returns their amount.
  stats::amount abandon();

  [[nodiscard]] const storage::hot_tier& hot() const noexcept { return hot_.tier(); }
  [[nodiscard]] const pending_writes& pending() const noexcept { return offers_.pending(); }
  [[nodiscard]] const stats::amount& persisted() const noexcept { return offers_.persisted(); } ///< since the start
  [[nodiscard]] stats::amount unwritten() const; ///< pending, or dirty and worth writing

  /// Drops, failures and losses so far.
  [[nodiscard]] std::uint64_t accidents() const noexcept { return offers_.accidents() + losses_.times(); }

private:
  storage::result<messages::put_outcome> refresh(const storage::block& item, const lookup_result& seen);
  storage::result<messages::put_outcome> put_cold(const storage::block& item);
  storage::result<messages::put_outcome> accept(const storage::block& item, messages::put_outcome outcome);
  void take_back(const pending_write& write, bool may_enter);
  bool into_hot(const storage::block& item, bool may_enter);

  template <class Change>
  void count(storage::namespace_id name_space, Change&& change) {
    tally_->update(name_space, std::forward<Change>(change));
  }

  tiers_config config_;
  std::shared_ptr<limits_now> limits_;
  std::shared_ptr<storage::block_store> store_;
  std::shared_ptr<stats::tally> tally_;
  std::uint64_t hot_bytes_wanted_; ///< the hot limit requested last
  counted_hot_tier hot_;
  offers offers_;
  tier_lookup lookup_;
  losses losses_;
  evictions evictions_;
};

} // namespace hearth::actors
