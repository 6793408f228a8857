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
  std::chrono::nanoseconds queue_time{0}; ///< what is pending should be written in; 0: however long it takes
  storage::write_budget_config budget;
};

/// What becomes of a block that is offered to the writer.
enum class disposition : std::uint8_t {
  spared,      ///< it needs no write
  admitted,    ///< the writer takes it
  full,        ///< the writer's mailbox has no room now
  orphan,      ///< its parent is in no tier: nobody could use it
  too_large,   ///< it fits the writer's mailbox or the cold tier never
  over_budget, ///< the write budget is used up for now
  no_writer,   ///< the writer died and is being replaced
};

/// A pending write that has ended without an answer from the writer.
struct ended_write {
  pending_write write;
  bool persisted = false; ///< false: it counts as failed
};

/// Everything that faces the writer: whether it takes a block now, the blocks that were offered and whose writes have
/// not ended, and how each of them ends. Says nothing about the hot tier: what a failed write means for a block there
/// is for the caller to decide. Every offer and every end enters the ledger at the moment it is made, so the ledger
/// balances between any two calls. Invariants: only this object acquires from the writer's gate; no more is pending
/// than its mailbox holds. Threads: one owner.
class offers {
public:
  using send_write = std::function<void(messages::write_request)>;
  using key_set = std::unordered_set<storage::block_key, storage::block_key_hash>;

  /// `store` and `writer_gate` are null if there is no cold tier: then nothing may be offered. `send` hands requests to
  /// the writer. `clock` never runs backwards.
  offers(const offers_config& config, std::shared_ptr<storage::block_store> store,
         std::shared_ptr<messages::gate> writer_gate, std::shared_ptr<stats::tally> tally, send_write send,
         storage::clock_ns clock);

  /// While there is one, offers are gathered; at the end of the outermost they go to the writer in one message.
  /// Open one before replying: the writer is then notified after the waiting host.
  class one_request {
  public:
    explicit one_request(offers& of) : of_(of) { ++of_.requests_open_; }
    one_request(const one_request&) = delete;
    ~one_request();

  private:
    offers& of_;
  };

  /// Whether there is a writer, and room for so many bytes in its mailbox. Pre: there is a cold tier.
  [[nodiscard]] bool open_for(std::uint64_t bytes) const;

  /// Whether half of the writer's mailbox or more is taken. Pre: there is a cold tier.
  [[nodiscard]] bool half_full() const;

  /// What would become of a block with this payload if it were offered now; never `spared` or `orphan`, which depend on
  /// the tiers. `cold` is what the store answers about it. `asked`: somebody has asked for it since it was put, so it
  /// is worth more of the write budget. Pre: there is a cold tier.
  [[nodiscard]] disposition disposition_of(std::uint64_t bytes, const storage::cold_lookup& cold, bool asked);

  /// Acts on a disposition: an admitted block is on its way, an orphan and the like enter the ledger as given up. A
  /// full mailbox is left to the caller, who knows whether it is a drop, and at which site. `record_bytes` is what an
  /// admitted block takes of the write budget. Pre: a `one_request` is open; the block is not pending.
  void offer(const storage::block& item, disposition end, std::uint64_t record_bytes);

  /// Enters a block as offered and dropped.
  void give_up(stats::drop_reason reason, const storage::block& item);

  /// The write with this number has ended; returns it. Nothing if it is not pending: it was given up meanwhile.
  std::optional<pending_write> settle(std::uint64_t sequence, const storage::result<void>& outcome);

  /// The block is erased: its write is cancelled if it has not begun; if it has, it ends as it will, unseen. Keys that
  /// are not pending are ignored.
  void cancel(const storage::block_key& key);

  /// Nothing that is pending will be answered. Returns all of it, oldest first: a block that the cold tier has was
  /// persisted, only the news of it died with the writer; the others count as writer_died. Until `writer_restarted`
  /// there is no writer.
  [[nodiscard]] std::vector<ended_write> writer_died();

  /// A new writer takes requests.
  void writer_restarted() { writer_up_ = true; }

  /// The cold tier's directory is gone: what is pending is cancelled and fails, but for `written`, which had reached
  /// it. Returns all of it, oldest first.
  [[nodiscard]] std::vector<ended_write> directory_gone(const key_set& written);

  /// Nothing more will be written: drops what is pending as `closing` and returns it, oldest first.
  [[nodiscard]] std::vector<pending_write> abandon();

  [[nodiscard]] const pending_writes& pending() const noexcept { return pending_; }
  [[nodiscard]] const stats::amount& pending_amount() const noexcept { return pending_amount_; }
  [[nodiscard]] const stats::amount& persisted() const noexcept { return persisted_; } ///< since the start
  [[nodiscard]] std::uint64_t accidents() const noexcept { return accidents_; }        ///< drops and failures so far

  /// Whether the store may be at work on blocks that are pending no more: a writer died, or the directory went away,
  /// with writes under way. Once true it stays so.
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
  std::uint64_t charged_copies_ = 0; ///< bytes that reclaim has copied and `budget_` knows of
  drain_rate drain_;
  pending_writes pending_;
  stats::amount pending_amount_;
  stats::amount persisted_;
  std::uint64_t accidents_ = 0;
  bool writer_up_ = true;
  bool appends_left_behind_ = false;
};

} // namespace hearth::actors
