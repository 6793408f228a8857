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
  std::chrono::nanoseconds queue_time{0}; ///< what is pending should be written in; 0: however long it takes
  storage::write_budget_config budget;
  storage::eviction_order eviction = storage::eviction_order::lru;
};

/// The tiers of a cache, as hot_cache sees them: takes blocks in, finds, erases and promotes them, and follows writes,
/// reclaims, limits and the directory of the cold tier to what they mean for the hot tier. Which block leaves is for
/// `evictions` to decide; what faces the writer is in `offers`.
/// Every decision is entered into the tally at the moment it is made, so the ledger balances between any two calls.
/// Invariants: hot bytes never exceed their limit; a block is dirty only if it is neither pending nor known to be cold.
/// Knows no actors: `send` hands requests to the writer. Threads: one owner.
class tiers {
public:
  /// `limits` are the first ones, and follow all changes. `index`, empty, is where other threads find hot blocks.
  /// `store` and `writer_gate` are null if there is no cold tier. `clock` never runs backwards: the write budget's.
  tiers(const tiers_config& config, std::shared_ptr<limits_now> limits, std::shared_ptr<storage::hot_index> index,
        std::shared_ptr<storage::block_store> store, std::shared_ptr<messages::gate> writer_gate,
        std::shared_ptr<stats::tally> tally, offers::send_write send, storage::clock_ns clock);

  /// Gathers offers, as `offers::one_request`.
  [[nodiscard]] offers::one_request open_request() { return offers::one_request{offers_}; }

  /// The block of `key`, unless it belongs to another namespace.
  [[nodiscard]] lookup_result look(storage::namespace_id name_space, const storage::block_key& key) const {
    return lookup_.find(name_space, key);
  }

  /// See put_request. Errors: too_large, conflict, orphan, overloaded (given up as late_full), invalid_argument, io (no
  /// writer).
  storage::result<messages::put_outcome> put(storage::block item);

  /// Puts the blocks of one chain, head first, each as `put` does; of what is hot the tail will leave first.
  std::vector<storage::result<messages::put_outcome>> put_many(std::vector<storage::block> chain);

  /// A request asks for this chain; touches of what is hot in it follow.
  void asked(std::span<const storage::block_key> chain) { hot_.asked(chain); }

  /// The block in this slot was asked for and found hot: it moves away from eviction. `no_slot` is ignored. Returns
  /// whether this made it worth writing: its copy had been reclaimed.
  bool touch(storage::block_slot slot) { return hot_.touch(slot); }

  /// A block was read from the cold tier: it enters the hot tier if that costs no other block its only copy.
  void promote(storage::block item);

  /// The cold tier has given up its copy of a block: if it is hot it is dirty again.
  void reclaimed(const storage::block_key& key);

  /// The cold tier's copy of a block could not be read and was taken out: if it is hot it is dirty again.
  void copy_failed(const storage::block_key& key);

  /// Takes a block out of every tier; cancels its write if that has not begun. Returns whether it was there.
  bool erase(storage::namespace_id name_space, const storage::block_key& key);

  /// Takes every block of a namespace (none: of all) out. Returns how many there were.
  std::uint64_t clear(std::optional<storage::namespace_id> name_space);

  /// Changes the limits of the tiers. Above a lower hot limit blocks leave as in any eviction, a bounded number at
  /// once: the limit follows them down, and `approach_hot_limit` does the rest. Errors: invalid_argument, naming the
  /// field, what was found and what is expected: nothing has changed.
  storage::result<void> limit(const messages::tier_limits& wanted);

  /// One more step towards the hot limit that was asked for last. Returns whether it holds.
  bool approach_hot_limit();

  /// The write with this number has ended. Unknown numbers (given up meanwhile) are ignored.
  void settle(std::uint64_t sequence, const storage::result<void>& outcome);

  /// Nothing that is pending will be answered: accounts for it as writer_died and takes payloads back that fit.
  void writer_died();

  /// A new writer takes requests.
  void writer_restarted() { offers_.writer_restarted(); }

  /// All dirty blocks, in the order in which they became dirty: heads of chains, put before their tails, come first.
  [[nodiscard]] dirty_range dirty() const noexcept { return {0, hot_.last_dirty_number()}; }

  /// Offers blocks from the front of `rest`, as many as the writer takes, and removes them from it; they stay hot.
  /// What cannot be written, or is not worth it ahead of need, is skipped and stays as it is. Never drops.
  void offer_from(dirty_range& rest, urgency how) { evictions_.offer_from(rest, how); }

  /// Tells the cold tier which of its blocks were used in the hot tier, in their order, so that a restart knows. Pre:
  /// there is a cold tier.
  void pass_uses_on();

  /// The cold tier's directory is gone, and with it `gone`, what could be read there. Accounts for it: a block that is
  /// in no tier any more is lost; one that is hot is dirty; what is pending has failed, but for what had been written
  /// and is gone. From now on blocks stay hot, or leave, as in a cache without a cold tier. Returns what was lost.
  stats::amount detach(const std::vector<storage::abandoned_block>& gone);

  /// The cold tier's directory is back, with what was found in it.
  void reattached();

  /// Whether blocks are written: there is a cold tier, and its directory is there.
  [[nodiscard]] bool attached() const noexcept { return evictions_.attached(); }

  /// Nothing more will be written: drops what is pending or dirty as `closing` and returns how much that was.
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
  std::uint64_t hot_bytes_wanted_; ///< the hot limit that was asked for last
  counted_hot_tier hot_;
  offers offers_;
  tier_lookup lookup_;
  losses losses_;
  evictions evictions_;
};

} // namespace hearth::actors
