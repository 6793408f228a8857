// Flushing and closing: every dirty block is written, with back-pressure instead of drops, until done or the deadline.
#include "actors/hot_cache_state.hpp"

#include "actors/log.hpp"

#include <algorithm>
#include <utility>

namespace hearth::actors {

namespace {

/// Slots of the writer's mailbox come free without a message when a cancelled write or a dead writer's append ends.
constexpr std::chrono::milliseconds look_again_after{10};

} // namespace

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
  parts_->hot_index->hide();
  cleaning_ = {};
  auto promise = self_->make_response_promise<messages::close_reply>();
  start_flush(answer<messages::close_reply>{promise}, x.deadline, {});
  return promise;
}

void hot_cache_state::start_flush(flush_promise promise, std::chrono::nanoseconds deadline, messages::permit slot) {
  learn_of_reads(); // what was asked for is worth writing
  // Without a cold tier nothing is dirty.
  flush_in_flight flush{std::move(promise),
                        tiers_.dirty(),
                        tiers_.pending().last_sequence(),
                        tiers_.persisted(),
                        now() + messages::bounded_time(deadline),
                        std::move(slot)};
  alarm(flush.deadline);
  flushes_.emplace(++last_number_, std::move(flush));
  advance_flushes();
  settled();
}

/// Offers what the writer takes; a flush whose blocks have all ended syncs, and then answers.
void hot_cache_state::advance_flushes() {
  std::vector<std::uint64_t> done;
  for (auto& [number, flush] : flushes_) {
    if (flush.syncing)
      continue;
    if (!tiers_.attached() && tiers_.unwritten().blocks > 0)
      continue; // until the directory is back, or the deadline
    if (flush.retry_at && *flush.retry_at <= now()) {
      flush.retry_at.reset();
      flush.rest = tiers_.dirty();
    }
    const auto before = flush.rest.after;
    tiers_.offer_from(flush.rest, urgency::all_of_it);
    if (flush.rest.after != before)
      flush.last_sequence = tiers_.pending().last_sequence();
    if (!flush.rest.empty()) {
      look_again_for_room();
    } else if (flush.retry_at) {
      alarm(*flush.retry_at);
    } else if (!tiers_.pending().any_until(flush.last_sequence)) {
      flush.syncing = true;
      done.push_back(number);
    }
  }
  if (!done.empty() && tiers_.attached()) {
    learn_of_reads();
    tiers_.pass_uses_on();
  }
  for (const auto number : done) {
    if (!tiers_.attached())
      end_flush(number, {});
    else
      parts_->store->sync([number, me = hot_cache_actor(self_)](storage::result<void> outcome) {
        caf::anon_send(me, messages::sync_completed{number, std::move(outcome)});
      });
  }
}

/// Blocks that a flush had offered are dirty again: it lists them once more at `due`.
void hot_cache_state::retry_flushes(time_point due) {
  for (auto& [number, flush] : flushes_)
    if (!flush.syncing)
      flush.retry_at = std::max(flush.retry_at.value_or(due), due);
}

void hot_cache_state::look_again_for_room() {
  if (tiers_.pending().empty())
    alarm(now() + look_again_after);
}

/// A sync that went away with the directory is done again when that is back.
void hot_cache_state::on_sync_completed(const messages::sync_completed& x) {
  if (!x.outcome)
    look_for_directory();
  const auto found = flushes_.find(x.flush);
  if (x.outcome || tiers_.attached() || found == flushes_.end())
    return end_flush(x.flush, x.outcome);
  found->second.syncing = false;
  advance_flushes();
  settled();
}

/// `sync` is how the sync ended; nothing: there was none, or not in time.
void hot_cache_state::end_flush(std::uint64_t number, const std::optional<storage::result<void>>& sync) {
  auto node = flushes_.extract(number);
  if (node.empty()) // its deadline has passed
    return;
  auto& flush = node.mapped();
  auto written = tiers_.persisted();
  written -= flush.persisted_before;
  const bool failed = sync && !sync->ok();
  if (failed) {
    log::error("hot_cache.sync_failed", "error={}", to_string(sync->error()));
    parts_->hot_cache_tally->update(0,
                                    [](stats::tally_entry& entry) { ++entry.counters.errors; }); // of no one namespace
  }
  const bool closing = std::holds_alternative<answer<messages::close_reply>>(flush.promise);
  const auto left = closing ? tiers_.abandon() : tiers_.unwritten();
  settled();
  std::visit(
      [&](auto& promise) {
        if (failed)
          promise.fail(sync->error());
        else
          promise.deliver({written, left, sync.has_value()});
      },
      flush.promise);
}

void hot_cache_state::expire_flushes(time_point at) {
  std::vector<std::uint64_t> late;
  for (const auto& [number, flush] : flushes_) {
    if (flush.deadline <= at)
      late.push_back(number);
    else
      alarm(flush.deadline);
  }
  for (const auto number : late)
    end_flush(number, {});
}

} // namespace hearth::actors
