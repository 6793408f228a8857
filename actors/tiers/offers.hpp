#pragma once

#include "actors/tiers/drain_rate.hpp"
#include "actors/tiers/pending_writes.hpp"
#include "messages/gate.hpp"
#include "messages/tier_messages.hpp"
#include "stats/tally.hpp"
#include "storage/cold/block_store.hpp"
#include "storage/cold/write_budget.hpp"
#include "storage/io/io_engine.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

namespace hearth::actors {

struct offers_config {
  std::chrono::nanoseconds queue_time{0}; ///< longest time a write should be pending; 0: no limit
  storage::write_budget_config budget;
};

/// Disposition: the result of offering a block to the writer.
enum class disposition : std::uint8_t {
  spared,      ///< the block needs no write
  admitted,    ///< the writer takes the block
  full,        ///< the writer's mailbox has no room now
  orphan,      ///< its parent is in no tier, so it could never be used
  too_large,   ///< it can never fit the writer's mailbox or the cold tier
  over_budget, ///< the write budget is used up for now
  no_writer,   ///< the writer died and is being replaced
};

/// Pending write that has ended without an answer from the writer.
struct ended_write {
  pending_write write;
  bool persisted = false; ///< false: counted as failed
};

/// Offers to the writer: decides whether the writer takes a block now, keeps the blocks whose writes are pending, and
/// counts how each write ends. Knows nothing of the hot tier: the caller decides what a failed write means for a hot
/// block. Every offer and every end enters the ledger at the moment it is made, so the ledger balances between any two
/// calls. Invariants: only this object acquires from the writer's gate; pending writes never exceed the size of the
/// writer's mailbox. Threads: one owner.
class offers {
public:
  using send_write = std::function<void(messages::write_request)>;
  using key_set = std::unordered_set<storage::block_key, storage::block_key_hash>;

  /// `store` and `writer_gate` are null if there is no cold tier: then nothing may be offered. `send` passes requests
  /// to the writer. `clock` is monotonic.
  offers(const offers_config& config, std::shared_ptr<storage::block_store> store,
         std::shared_ptr<messages::gate> writer_gate, std::shared_ptr<stats::tally> tally, send_write send,
         storage::clock_ns clock);

  /// Collects offers while it exists; when the outermost one is destroyed, they go to the writer in one message. Open
  /// one before replying: the writer is then notified after the waiting host.
  class one_request {
  public:
    explicit one_request(offers& of) : of_(of) { ++of_.requests_open_; }
    one_request(const one_request&) = delete;
    ~one_request();

  private:
    offers& of_;
  };

  /// Whether there is a writer, and room for `bytes` in its mailbox. Pre: there is a cold tier.
  [[nodiscard]] bool open_for(std::uint64_t bytes) const;

  /// Whether at least half of the writer's mailbox is taken. Pre: there is a cold tier.
  [[nodiscard]] bool half_full() const;

  /// Disposition of a block of `bytes` payload bytes if it were offered now; never `spared` or `orphan`, which depend
  /// on the tiers. `cold`: the store's answer about the block. `asked`: the block was requested since it was put, so it
  /// may use more of the write budget. Pre: there is a cold tier.
  [[nodiscard]] disposition disposition_of(std::uint64_t bytes, const storage::cold_lookup& cold, bool asked);

  /// Carries out a disposition. Sends an admitted block to the writer; enters an orphan, too_large or over_budget block
  /// into the ledger as dropped, and a no_writer block as failed. Does nothing for `full`: the caller knows whether
  /// that is a drop, and at which site. `record_bytes`: charge of an admitted block to the write budget. Pre: a
  /// `one_request` is open; the block is not pending.
  void offer(const storage::block& item, disposition end, std::uint64_t record_bytes);

  /// Enters a block into the ledger as offered and dropped.
  void give_up(stats::drop_reason reason, const storage::block& item);

  /// Ends the write with this number and returns it. Not set if it is not pending: it was given up before.
  std::optional<pending_write> settle(std::uint64_t sequence, const storage::result<void>& outcome);

  /// Cancels the write of an erased block. A write that has started goes on, hidden from lookups. Ignores keys that are
  /// not pending.
  void cancel(const storage::block_key& key);

  /// The writer died: no pending write will be answered. Returns all of them, oldest first. A write whose block is in
  /// the cold tier counts as persisted, since only its reply was lost; the others count as writer_died. There is no
  /// writer until `writer_restarted`.
  [[nodiscard]] std::vector<ended_write> writer_died();

  /// A new writer accepts requests.
  void writer_restarted() { writer_up_ = true; }

  /// The cold tier's directory is gone. Cancels the pending writes and returns them, oldest first. They count as
  /// failed, except those in `written`, which had reached the directory and count as persisted.
  [[nodiscard]] std::vector<ended_write> directory_gone(const key_set& written);

  /// Ends all writing: drops pending writes as `closing` and returns them, oldest first.
  [[nodiscard]] std::vector<pending_write> abandon();

  [[nodiscard]] const pending_writes& pending() const noexcept { return pending_; }
  [[nodiscard]] const stats::amount& pending_amount() const noexcept { return pending_amount_; }
  [[nodiscard]] const stats::amount& persisted() const noexcept { return persisted_; } ///< since the start
  [[nodiscard]] std::uint64_t accidents() const noexcept { return accidents_; }        ///< drops and failures so far

  /// Whether the store may still be writing blocks that are no longer pending: a writer died, or the directory went
  /// away, while writes were in flight. Never becomes false again.
  [[nodiscard]] bool appends_left_behind() const noexcept { return appends_left_behind_; }

private:
  void narrow_queue();
  [[nodiscard]] bool may_be_pending(const messages::load& size) const;
  [[nodiscard]] bool within_budget(std::uint64_t record_bytes, storage::write_worth worth);
  void count_persisted(const pending_write& write);
  void count_failed(const pending_write& write, stats::fail_reason reason);
  [[nodiscard]] std::vector<pending_write> leave_behind();

  template <class Change>
  void count(storage::namespace_id name_space, Change&& change) {
    tally_->update(name_space, std::forward<Change>(change));
  }

  offers_config config_;
  std::shared_ptr<storage::block_store> store_;
  std::shared_ptr<messages::gate> writer_gate_;
  std::shared_ptr<stats::tally> tally_;
  send_write send_;
  messages::write_request outgoing_; ///< empty while no `one_request` is open
  std::size_t requests_open_ = 0;
  storage::clock_ns clock_;
  storage::write_budget budget_;
  std::uint64_t charged_copies_ = 0; ///< reclaim's copied bytes that `budget_` has been charged for
  drain_rate drain_;
  pending_writes pending_;
  stats::amount pending_amount_;
  stats::amount persisted_;
  std::uint64_t accidents_ = 0;
  bool writer_up_ = true;
  bool appends_left_behind_ = false;
};

} // namespace hearth::actors
