#include "actors/hot_cache_state.hpp"

#include "actors/log.hpp"
#include "actors/preflight.hpp"

#include <algorithm>
#include <utility>

namespace hearth::actors {

using storage::errc;
using storage::failure;

namespace {

constexpr std::chrono::milliseconds report_every{100};

/// Poll interval. Slots of the writer's mailbox become free without a message when a cancelled write or a dead writer's
/// append ends.
constexpr std::chrono::milliseconds look_again_after{10};

} // namespace

hot_cache_state::hot_cache_state(hot_cache_actor::base* self, const hot_cache_config& config, hot_cache_peers peers)
    : self_(self), config_(config), peers_(std::move(peers)), stats_(peers_.registry, peers_.stats_gate),
      tiers_(
          config_.tiers, peers_.limits, peers_.hot_index, peers_.store, peers_.writer_gate, peers_.tally,
          [this](messages::write_request x) { caf::anon_send(writer_, std::move(x)); },
          [this] { return std::int64_t{now().time_since_epoch().count()}; }),
      planner_(tiers_, reads_, peers_.limits, peers_.tally, peers_.reader_gate), cleaning_(config_.idle_clean),
      supervision_(config_.backoff), directory_(config_.directory_check, config_.backoff) {}

hot_cache_actor::behavior_type hot_cache_state::make_behavior() {
  self_->set_down_handler([this](caf::down_msg& down) { on_down(down); });
  start_stats();
  if (peers_.store) {
    watch_directory(now());
    peers_.store->on_reclaimed(tell<messages::blocks_reclaimed, std::vector<storage::block_key>>());
    start_writer();
    start_reader();
  }
  return {
      [this](messages::put_request& x) { return on_put(x); },
      [this](messages::put_many_request& x) { return on_put_many(x); },
      [this](messages::get_prefix_request& x) { return on_get_prefix(x); },
      [this](messages::contains_request& x) { return on_contains(x); },
      [this](messages::erase_request& x) { return on_erase(x); },
      [this](messages::clear_request& x) { return on_clear(x); },
      [this](messages::limit_request& x) { return on_limit(x); },
      [this](messages::flush_request& x) { return on_flush(x); },
      [this](messages::close_request& x) { return on_close(x); },
      [this](messages::write_reply& x) { on_write_reply(x); },
      [this](messages::read_reply& x) { on_read_reply(x); },
      [this](const messages::sync_completed& x) { on_sync_completed(x); },
      [this](const messages::blocks_reclaimed& x) { on_blocks_reclaimed(x); },
      [this](const messages::directory_seen& x) { on_directory_seen(x); },
      [this](const messages::directory_opened& x) { on_directory_opened(x); },
      [this](messages::reads_noted) { on_reads_noted(); },
      [this](messages::tick) { on_tick(); },
  };
}

// --- requests that need no waiting ---------------------------------------------------------------------------------

caf::error hot_cache_state::closed_error() { return to_caf({errc::closed, "the cache is closing or closed"}); }

caf::error hot_cache_state::refusal(std::optional<storage::namespace_id> name_space) const {
  if (closing_)
    return closed_error();
  if (name_space)
    if (const auto known = peers_.namespaces->check(*name_space); !known)
      return to_caf(known.error());
  return {};
}

caf::result<messages::put_reply> hot_cache_state::on_put(messages::put_request& x) {
  auto slot = std::move(x.slot);
  if (auto refused = refusal(x.item.name_space))
    return refused;
  const auto sent_behind_the_reply = tiers_.open_request(); // the waiting host runs before the writer

  learn_of_reads(); // before victims are chosen
  const auto key = x.item.key;
  const auto outcome = tiers_.put(std::move(x.item));
  if (outcome && *outcome == messages::put_outcome::stored)
    reads_.forget(key); // reads in flight return the earlier block, which may have other bytes
  mark_dirty_pending();
  settled();
  slot.reset(); // before the reply is sent
  auto promise = self_->make_response_promise<messages::put_reply>();
  if (outcome)
    promise.deliver(messages::put_reply{*outcome});
  else
    promise.deliver(to_caf(outcome.error()));
  return promise;
}

caf::result<messages::put_many_reply> hot_cache_state::on_put_many(messages::put_many_request& x) {
  auto slot = std::move(x.slot);
  if (auto refused = refusal(x.name_space))
    return refused;
  const auto sent_behind_the_reply = tiers_.open_request();
  learn_of_reads();
  std::vector<storage::block_key> keys;
  keys.reserve(x.chain.size());
  for (auto& item : x.chain) {
    item.name_space = x.name_space;
    keys.push_back(item.key);
  }
  messages::put_many_reply reply{tiers_.put_many(std::move(x.chain))};
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (reply.outcomes[i] && *reply.outcomes[i] == messages::put_outcome::stored)
      reads_.forget(keys[i]);
  mark_dirty_pending();
  settled();
  slot.reset();
  auto promise = self_->make_response_promise<messages::put_many_reply>();
  promise.deliver(std::move(reply));
  return promise;
}

caf::result<messages::contains_reply> hot_cache_state::on_contains(messages::contains_request& x) {
  const auto slot = std::move(x.slot);
  if (auto refused = refusal(x.name_space))
    return refused;
  messages::contains_reply reply;
  reply.present.reserve(x.keys.size());
  for (const auto& key : x.keys)
    reply.present.push_back(tiers_.look(x.name_space, key).where != place::nowhere);
  return reply;
}

caf::result<messages::erase_reply> hot_cache_state::on_erase(messages::erase_request& x) {
  const auto slot = std::move(x.slot);
  if (auto refused = refusal(x.name_space))
    return refused;
  const bool erased = tiers_.erase(x.name_space, x.key);
  settled();
  return messages::erase_reply{erased};
}

caf::result<messages::clear_reply> hot_cache_state::on_clear(messages::clear_request& x) {
  const auto slot = std::move(x.slot);
  if (auto refused = refusal(x.name_space))
    return refused;
  const auto blocks = tiers_.clear(x.name_space);
  settled();
  return messages::clear_reply{blocks};
}

caf::result<messages::limit_reply> hot_cache_state::on_limit(messages::limit_request& x) {
  auto slot = std::move(x.slot);
  if (auto refused = refusal({}))
    return refused;
  learn_of_reads(); // before victims are chosen
  const auto changed = tiers_.limit(x.limits);
  if (!changed)
    return to_caf(changed.error());
  auto promise = self_->make_response_promise<messages::limit_reply>();
  lowerings_.push_back({answer<messages::limit_reply>{promise}, std::move(slot)});
  approach_hot_limit();
  mark_dirty_pending(); // blocks that were too large for the cold tier may fit now
  settled();
  return promise;
}

/// Lowers the hot tier in steps, one message each, so that other requests are served in between.
void hot_cache_state::approach_hot_limit() {
  if (lowerings_.empty())
    return;
  if (!tiers_.approach_hot_limit())
    return alarm(now());
  log::info("hot_cache.limited", "hot_bytes_max={} cold_bytes_max={}", tiers_.hot().bytes_max(),
            peers_.store ? peers_.store->bytes_max() : 0);
  for (auto& [promise, slot] : std::exchange(lowerings_, {})) {
    slot.reset(); // before the reply is sent
    promise.deliver({});
  }
}

// --- alarms, and events from other actors --------------------------------------------------------------------------

void hot_cache_state::settled() {
  const auto& hot = tiers_.hot();
  peers_.preflight->publish(hot.bytes_max() - hot.bytes(), hot.expendable_blocks());
  report_accidents();
  if (!tiers_.pending().empty())
    cleaning_.writer_busy(now());
  else if (cleaning_.dirty_pending() && hot.expendable_blocks() < hot.blocks())
    alarm(cleaning_.due());
}

/// Notifies stats of new drops, so that it logs them; it reads the counters itself when a snapshot is requested. At
/// most once per `report_every`: a saturated writer drops at every put, and one notice per drop made a put 50 % more
/// expensive.
void hot_cache_state::report_accidents() {
  if (tiers_.accidents() == reported_accidents_)
    return;
  const auto at = now();
  if (at < report_due_)
    return alarm(report_due_);
  reported_accidents_ = tiers_.accidents();
  report_due_ = at + report_every;
  stats_.tally_changed();
}

void hot_cache_state::alarm(time_point due) {
  if (next_alarm_ && *next_alarm_ <= due)
    return;
  next_alarm_ = due;
  self_->delayed_send(hot_cache_actor(self_), due - now(), messages::tick{});
}

void hot_cache_state::on_tick() {
  const auto at = now();
  if (!next_alarm_ || at < *next_alarm_) // this alarm was replaced by an earlier one
    return;
  next_alarm_.reset();
  follow_reads(at);
  approach_hot_limit();
  restart_due(at);
  watch_directory(at);
  expire_gets(at);
  expire_flushes(at);
  advance_flushes(); // a flush may wait for a writer, for room, or for a time
  keep_cleaning();
  if (cleaning_.begin(at, tiers_.pending().empty(), tiers_.dirty()))
    keep_cleaning();
  settled();
}

/// Offers the oldest dirty blocks ahead of need, while the writer takes them.
void hot_cache_state::keep_cleaning() {
  auto& rest = cleaning_.rest();
  if (rest.empty())
    return;
  tiers_.offer_from(rest, urgency::half_of_it);
  if (!rest.empty() && tiers_.pending().empty())
    alarm(now() + look_again_after);
}

void hot_cache_state::mark_dirty_pending() {
  if (cleaning_.wants_mark())
    cleaning_.mark_dirty_pending(now());
}

void hot_cache_state::on_write_reply(messages::write_reply& x) {
  const failure* failed = nullptr;
  for (const auto& [sequence, outcome] : x.ends) {
    tiers_.settle(sequence, outcome);
    if (outcome.ok())
      write_failures_ = 0;
    else
      failed = &outcome.error();
  }
  x.slot.reset(); // before more blocks are offered
  if (failed == nullptr)
    keep_cleaning();
  else
    on_write_failed(*failed);
  advance_flushes();
  settled();
}

void hot_cache_state::on_blocks_reclaimed(const messages::blocks_reclaimed& x) {
  for (const auto& key : x.keys)
    tiers_.reclaimed(key);
  settled();
}

/// Back-off after a failed write: cleaning and flushing wait before they try again, to spare the disk.
void hot_cache_state::on_write_failed(const failure& error) {
  const auto at = now();
  ++write_failures_;
  if (at >= log_failure_after_) {
    log::warn("hot_cache.write_failed", "error={} failures_in_a_row={}", to_string(error), write_failures_);
    log_failure_after_ = at + std::chrono::seconds{1};
  }
  look_for_directory();
  cleaning_.interrupt();
  mark_dirty_pending();
  const auto try_again = at + config_.backoff.after(write_failures_);
  cleaning_.put_off(try_again);
  flushes_.retry_at(try_again);
}

// --- supervision ---------------------------------------------------------------------------------------------------

void hot_cache_state::start_writer() {
  writer_ = peers_.start_writer(hot_cache_actor(self_));
  self_->monitor(writer_);
  peers_.registry->writer(writer_);
  tiers_.writer_restarted();
}

void hot_cache_state::start_reader() {
  reader_ = peers_.start_reader(hot_cache_actor(self_));
  self_->monitor(reader_);
  peers_.registry->reader(reader_);
}

void hot_cache_state::start_stats() {
  const auto actor = peers_.start_stats(hot_cache_actor(self_));
  self_->monitor(actor);
  peers_.registry->stats(actor);
}

void hot_cache_state::start(supervised who) {
  switch (who) {
  case supervised::writer: return start_writer();
  case supervised::reader: return start_reader();
  case supervised::stats: return start_stats();
  }
}

void hot_cache_state::restart_later(supervised who) {
  supervision_.died(who, now());
  alarm(*supervision_.next_due());
}

void hot_cache_state::restart_due(time_point at) {
  while (const auto who = supervision_.take_due(at))
    start(*who);
  if (const auto next = supervision_.next_due())
    alarm(*next);
}

void hot_cache_state::on_down(const caf::down_msg& down) {
  if (writer_ && down.source == writer_.address()) {
    on_writer_down();
  } else if (reader_ && down.source == reader_.address()) {
    on_reader_down();
  } else {
    restart_later(supervised::stats);
    log::error("stats.died", "deaths_in_a_row={}", supervision_.deaths_in_a_row(supervised::stats));
  }
  settled();
}

void hot_cache_state::on_writer_down() {
  log::error("writer.died", "pending={}", tiers_.pending().size());
  tiers_.writer_died();
  cleaning_.interrupt();
  mark_dirty_pending();
  restart_later(supervised::writer);
  flushes_.retry_at(now());
  advance_flushes();
}

void hot_cache_state::on_reader_down() {
  const auto batches = reads_.batches();
  log::error("reader.died", "open_batches={}", batches.size());
  reader_ = reader_actor{};
  for (const auto batch : batches)
    for (const auto& read : reads_.finish(batch))
      end_read(read, failure{errc::io, "the reader died"});
  restart_later(supervised::reader);
}

} // namespace hearth::actors
