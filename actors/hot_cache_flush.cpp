// Flush and close: writes every dirty block, with back-pressure instead of drops, until all are written or the deadline
// passes.
#include "actors/hot_cache_state.hpp"

#include "actors/log.hpp"

#include <utility>

namespace hearth::actors {

caf::result<messages::flush_reply> hot_cache_state::on_flush(messages::flush_request& x) {
  if (closing_)
    return closed_error();
  auto promise = self_->make_response_promise<messages::flush_reply>();
  start_flush(answer<messages::flush_reply>{promise}, x.deadline, std::move(x.slot));
  return promise;
}

caf::result<messages::close_reply> hot_cache_state::on_close(const messages::close_request& x) {
  if (closing_)
    return closed_error();
  closing_ = true;
  peers_.hot_index->hide();
  cleaning_.stop();
  auto promise = self_->make_response_promise<messages::close_reply>();
  start_flush(answer<messages::close_reply>{promise}, x.deadline, {});
  return promise;
}

void hot_cache_state::start_flush(flush_promise promise, std::chrono::nanoseconds deadline, messages::permit slot) {
  learn_of_reads(); // requested blocks are worth writing
  const auto number = ++last_number_;
  const auto due = now() + messages::bounded_time(deadline);
  const bool closing = std::holds_alternative<answer<messages::close_reply>>(promise);
  flushes_.begin(number, unwritten_, {closing, tiers_.persisted()}, due); // without a cold tier no block is dirty
  waiting_flushes_.emplace(number, waiting_flush{std::move(promise), std::move(slot)});
  alarm(due);
  advance_flushes();
  settled();
}

/// Syncs and then ends each flush whose blocks have all been written.
void hot_cache_state::advance_flushes() {
  const auto made = flushes_.advance(unwritten_, now());
  if (made.ask_again)
    alarm(*made.ask_again);
  if (made.ready.empty())
    return;
  if (tiers_.attached()) {
    learn_of_reads();
    tiers_.pass_uses_on();
  }
  for (const auto number : made.ready) {
    if (!tiers_.attached())
      end_flush(number, {});
    else
      peers_.store->sync([number, me = hot_cache_actor(self_)](storage::result<void> outcome) {
        caf::anon_send(me, messages::sync_completed{number, std::move(outcome)});
      });
  }
}

/// A sync that failed because the directory went away is repeated when the directory is back.
void hot_cache_state::on_sync_completed(const messages::sync_completed& x) {
  if (!x.outcome)
    look_for_directory();
  if (x.outcome || tiers_.attached() || !flushes_.sync_again(x.flush))
    return end_flush(x.flush, x.outcome);
  advance_flushes();
  settled();
}

/// `sync`: result of the sync; not set: no sync, or not in time.
void hot_cache_state::end_flush(std::uint64_t number, const std::optional<storage::result<void>>& sync) {
  const auto flush = flushes_.take(number);
  if (!flush) // its deadline has passed
    return;
  auto waiting = waiting_flushes_.extract(number);
  auto written = tiers_.persisted();
  written -= flush->persisted_before;
  const bool failed = sync && !sync->ok();
  if (failed) {
    log::error("hot_cache.sync_failed", "error={}", to_string(sync->error()));
    peers_.tally->update(0, [](stats::tally_entry& entry) { ++entry.counters.errors; }); // belongs to no namespace
  }
  const auto left = flush->closing ? tiers_.abandon() : tiers_.unwritten();
  settled();
  std::visit(
      [&](auto& promise) {
        if (failed)
          promise.fail(sync->error());
        else
          promise.deliver({written, left, sync.has_value()});
      },
      waiting.mapped().promise);
}

void hot_cache_state::expire_flushes(time_point at) {
  if (const auto next = flushes_.next_deadline(at))
    alarm(*next);
  for (const auto number : flushes_.late(at))
    end_flush(number, {});
}

} // namespace hearth::actors
