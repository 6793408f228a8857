#include "actors/hot_cache_state.hpp"

#include "actors/preflight.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace hearth::actors {

using stats::tally_entry;
using storage::errc;
using storage::failure;
using storage::result;

namespace {

constexpr std::chrono::milliseconds report_every{100};

/// Poll interval. Slots of the writer's mailbox become free without a message when a cancelled write or a dead writer's
/// append ends.
constexpr std::chrono::milliseconds look_again_after{10};

/// Interval between two reads of the read notes. At full speed of eight threads, and 80 ns per block, this costs a
/// tenth of a core.
constexpr std::chrono::milliseconds learn_every{10};

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
  advance_flushes(); // the writer does not reply about a cancelled write
  settled();
  return messages::erase_reply{erased};
}

caf::result<messages::clear_reply> hot_cache_state::on_clear(messages::clear_request& x) {
  const auto slot = std::move(x.slot);
  if (auto refused = refusal(x.name_space))
    return refused;
  if (x.only == messages::tier::cold && !peers_.store)
    return to_caf({errc::invalid_argument, "tier: found cold, and the cache has no cold tier: expected hot"});
  learn_of_reads(); // the use of a hot block passes on to its cold copy
  const auto reply = clear(x);
  mark_dirty_pending(); // hot blocks without their cold copies
  advance_flushes();
  settled();
  return reply;
}

messages::clear_reply hot_cache_state::clear(const messages::clear_request& x) {
  if (!x.only)
    return {tiers_.clear(x.name_space), 0};
  return *x.only == messages::tier::hot ? tiers_.clear_hot(x.name_space) : tiers_.clear_cold(x.name_space);
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
  peers_.journal->info("hot_cache.limited", "hot_bytes_max={} cold_bytes_max={}", tiers_.hot().bytes_max(),
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

/// Notifies stats of new drops, so that stats logs them; stats reads the counters itself when a snapshot is requested.
/// At most once per `report_every`: a saturated writer drops at every put, and one notice per drop made a put 50 % more
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
  peers_.journal->warn("hot_cache.write_failed", "error=\"{}\" failures_in_a_row={}", to_string(error),
                       write_failures_);
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
    peers_.journal->error("stats.died", "deaths_in_a_row={}", supervision_.deaths_in_a_row(supervised::stats));
  }
  settled();
}

void hot_cache_state::on_writer_down() {
  peers_.journal->error("writer.died", "pending={}", tiers_.pending().size());
  tiers_.writer_died();
  cleaning_.interrupt();
  mark_dirty_pending();
  restart_later(supervised::writer);
  flushes_.retry_at(now());
  advance_flushes();
}

void hot_cache_state::on_reader_down() {
  const auto batches = reads_.batches();
  peers_.journal->error("reader.died", "open_batches={}", batches.size());
  reader_ = reader_actor{};
  for (const auto batch : batches)
    for (const auto& read : reads_.finish(batch))
      end_read(read, failure{errc::io, "the reader died"});
  restart_later(supervised::reader);
}

// --- read path: from a chain of keys to the longest run of verified blocks -----------------------------------------

/// Takes the read notes: blocks that host threads have copied out count as used now. Returns the number of these
/// blocks.
std::size_t hot_cache_state::learn_of_reads() {
  return peers_.read_notes->take([this](std::span<const storage::block_key> chain) {
    if (planner_.used(chain))
      mark_dirty_pending();
  });
}

void hot_cache_state::on_reads_noted() {
  learn_of_reads();
  reads_due_ = now() + learn_every;
  alarm(*reads_due_);
  settled();
}

/// Polls the read notes at a fixed interval while there are reads; otherwise lets the notes notify again.
void hot_cache_state::follow_reads(time_point at) {
  const auto learnt = learn_of_reads();
  if (!reads_due_)
    return;
  if (at < *reads_due_)
    return alarm(*reads_due_);
  reads_due_.reset();
  if (learnt > 0)
    alarm(reads_due_.emplace(at + learn_every));
  else
    peers_.read_notes->listen();
}

caf::result<messages::get_prefix_reply> hot_cache_state::on_get_prefix(messages::get_prefix_request& x) {
  if (auto refused = refusal(x.name_space))
    return refused;
  learn_of_reads();
  const auto number = ++last_number_;
  auto plan = planner_.plan(x, number, static_cast<bool>(reader_));
  if (plan.marked_dirty)
    mark_dirty_pending();
  if (plan.found.truncated && plan.found.blocks.empty())
    return to_caf({errc::overloaded, "the reader has no room for one more block: try again later"});
  auto promise = self_->make_response_promise<messages::get_prefix_reply>();
  waiting_get waiting{answer<messages::get_prefix_reply>{promise}, std::move(x.slot)};
  if (plan.open == 0) {
    answer_get(std::move(waiting), x.name_space,
               messages::get_prefix_reply{std::move(plan.found.blocks), plan.found.truncated, false});
    settled();
    return promise;
  }
  const auto timeout_max = config_.request_timeout;
  const auto deadline = now() + (x.timeout.count() > 0 ? std::min(x.timeout, timeout_max) : timeout_max);
  prefixes_.add(number, std::move(plan.found), plan.open, deadline);
  waiting_gets_.emplace(number, std::move(waiting));
  send_reads(plan, x.name_space);
  alarm(deadline);
  return promise;
}

void hot_cache_state::send_reads(prefix_plan& plan, storage::namespace_id name_space) {
  if (plan.reads.empty())
    return;
  caf::anon_send(reader_, messages::read_request{plan.batch, name_space, std::move(plan.reads), plan.read_bytes,
                                                 std::move(plan.read_slot), reads_.cancellation_of(plan.batch)});
}

void hot_cache_state::on_read_reply(messages::read_reply& x) {
  const auto reads = reads_.finish(x.batch);
  for (auto i = reads.size(); i-- > 0;) // deepest first, the order in which they enter the hot tier
    end_read(reads[i], x.blocks[i]);
  settled();
}

/// A cold read has ended: each waiter gets the block, or a shorter run.
void hot_cache_state::end_read(const finished_read& ended, const storage::result<storage::block>& outcome) {
  const auto& [key, name_space] = ended.read;
  for (const auto& who : ended.waiters) {
    peers_.tally->update(
        name_space, [&](tally_entry& entry) { outcome.ok() ? ++entry.counters.cold_hits : ++entry.counters.misses; });
    if (auto get = prefixes_.end_read(who, outcome))
      answer_get(std::move(waiting_gets_.extract(get->number).mapped()), get->name_space, std::move(get->outcome));
  }
  if (outcome.ok() && ended.wanted && config_.promote_cold_hits)
    tiers_.promote(*outcome);
  if (outcome.ok() || outcome.code() == errc::timeout) // timeout: the read was cancelled, its copy may be fine
    return;
  if (outcome.code() != errc::not_found) // not_found: reclaimed or erased meanwhile, a normal miss
    peers_.tally->update(name_space, [](tally_entry& entry) { ++entry.counters.errors; });
  if (outcome.code() == errc::no_memory) // the copy is intact
    return;
  if (outcome.code() == errc::corrupt || outcome.code() == errc::io)
    look_for_directory();
  tiers_.copy_failed(key); // the block may have been put again meanwhile
  mark_dirty_pending();
}

void hot_cache_state::answer_get(waiting_get waiting, storage::namespace_id name_space,
                                 storage::result<messages::get_prefix_reply> outcome) {
  const auto blocks = outcome.ok() ? outcome->blocks.size() : 0;
  peers_.tally->update(name_space, [&](tally_entry& entry) { entry.counters.loads += blocks; });
  if (outcome.ok())
    waiting.promise.deliver(std::move(*outcome));
  else
    waiting.promise.fail(outcome.error());
}

void hot_cache_state::expire_gets(time_point at) {
  for (const auto& late : prefixes_.take_late(at)) {
    auto waiting = std::move(waiting_gets_.extract(late.number).mapped());
    reads_.leave(late.number);
    peers_.tally->update(late.name_space, [&](tally_entry& entry) {
      entry.counters.misses += late.open; // found, but not in time
      ++entry.counters.errors;
    });
    waiting.promise.fail({errc::timeout, "the disk did not answer in time: " + std::to_string(late.open) +
                                             " cold blocks are still being read"});
  }
  if (const auto next = prefixes_.next_deadline())
    alarm(*next);
}

// --- flush and close: every dirty block is written, until all are written or the deadline passes -------------------

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
    peers_.journal->error("hot_cache.sync_failed", "error=\"{}\"", to_string(sync->error()));
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

// --- the cold tier's directory: checks, detach and reattach --------------------------------------------------------

/// Checks for the directory, or tries to reopen it if it is gone, when that is due. Sets the alarm for the next time.
void hot_cache_state::watch_directory(time_point at) {
  if (!peers_.store)
    return;
  const auto [what, ask_again] = directory_.next(at, tiers_.attached());
  if (ask_again)
    alarm(*ask_again);
  if (what == directory_watch::action::look)
    peers_.store->look(tell<messages::directory_seen, result<void>>());
  else if (what == directory_watch::action::open)
    peers_.store->reattach(tell<messages::directory_opened, result<storage::recovery_report>>());
}

/// Checks for the directory at once, after a failure on the cold tier. The answer decides whether to detach.
void hot_cache_state::look_for_directory() {
  if (tiers_.attached() && directory_.look_now())
    peers_.store->look(tell<messages::directory_seen, result<void>>());
}

void hot_cache_state::on_directory_seen(const messages::directory_seen& x) {
  directory_.answered();
  if (x.outcome.code() == errc::not_found && tiers_.attached())
    detach(x.outcome.error());
  watch_directory(now());
}

/// Ends everything that waits for the cold tier. Later answers from it are ignored.
void hot_cache_state::detach(const failure& reason) {
  const auto lost = tiers_.detach(peers_.store->abandon());
  peers_.journal->warn("cold.detached", "lost_blocks={} lost_bytes={} reason=\"{}\"", lost.blocks, lost.bytes,
                       reason.context);
  directory_.detached(now());
  cleaning_.interrupt();
  flushes_.retry_at(now());
  advance_flushes();
  settled();
}

/// Logs a failed attempt only if its reason is new.
void hot_cache_state::on_directory_opened(const messages::directory_opened& x) {
  if (!x.outcome) {
    if (directory_.opening_failed(now(), x.outcome.error().context))
      peers_.journal->warn("cold.still_detached", "attempts={} error=\"{}\"", directory_.opening_failures(),
                to_string(x.outcome.error()));
    return watch_directory(now());
  }
  const auto& found = *x.outcome;
  peers_.tally->update(0, [&](stats::tally_entry& entry) { entry.counters.errors += found.damaged; });
  tiers_.reattached();
  peers_.journal->info("cold.reattached", "{} bytes={}", to_string(found), peers_.store->bytes_in_use());
  directory_.opened(now());
  mark_dirty_pending();
  flushes_.retry_at(now());
  advance_flushes();
  watch_directory(now());
  settled();
}

} // namespace hearth::actors
