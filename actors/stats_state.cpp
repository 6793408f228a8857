#include "actors/stats_state.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace hearth::actors {

using hearth::stats::drop_reason;
using hearth::stats::tally_entry;

namespace {

stats::memory_levels levels_of(const storage::buffer_pool_stats& pool) {
  return {pool.budget_bytes,    pool.mapped_bytes, pool.in_use_bytes,   pool.stranded_bytes,  pool.idle_bytes,
          pool.huge_page_bytes, pool.pinned_bytes, pool.regions_mapped, pool.regions_unmapped};
}

/// Counts the blocks of a dead hot_cache as lost: its dirty blocks, and its pending ones, which count as dropped.
/// Returns the blocks lost.
stats::amount count_as_lost(tally_entry& entry) {
  auto gone = entry.counters.ledger.abandon_pending(drop_reason::closing);
  gone += entry.gauges.dirty;
  entry.counters.lost += gone;
  entry.gauges.dirty = {};
  entry.gauges.hot = {};
  return gone;
}

} // namespace

stats_state::stats_state(stats_actor::base* self, stats_sources sources)
    : self_(self), sources_(std::move(sources)), hot_cache_(sources_.hot_cache.address()) {
  sources_.hot_cache = hot_cache_actor{}; // stats must outlive hot_cache
}

stats_actor::behavior_type stats_state::make_behavior() {
  on_tick();
  self_->monitor(hot_cache_);
  self_->set_down_handler([this](caf::down_msg& down) {
    if (down.source != hot_cache_)
      return;
    if (down.reason == caf::exit_reason::user_shutdown) // the cache was closed
      self_->quit(down.reason);
    else
      on_hot_cache_down();
  });
  return {
      [this](messages::tally_changed& x) {
        x.turn.reset(); // before reading, so that later changes cause a new notice
        on_tally_changed();
      },
      [this](messages::snapshot_request& x) { return on_snapshot(x); },
      [this](messages::history_request& x) { return on_history(x); },
      [this](const messages::reset_request&) { return on_reset(); },
      [this](messages::tick) { on_tick(); },
  };
}

/// Sum of the tallies by namespace number. Each tally is read at one instant.
std::vector<tally_entry> stats_state::tallied() const {
  std::vector<std::vector<tally_entry>> read;
  read.reserve(sources_.tallies.size());
  for (const auto& one : sources_.tallies)
    read.push_back(one->read());
  return stats::sum(read);
}

/// The tallied figures by namespace number, with those of the cold tier and of blocks copied out on host threads.
std::vector<tally_entry> stats_state::totals() const {
  auto entries = tallied();
  if (hot_cache_died_)
    for (auto& entry : entries)
      (void)count_as_lost(entry);
  entries.resize(std::max(entries.size(), sources_.namespaces->names().size()));
  const auto unclaimed = sources_.namespaces->unclaimed();
  const auto copied = sources_.read_notes->counted(); // hot hits answered without hot_cache
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto& [counters, gauges] = entries[i];
    const auto& pending = counters.ledger.pending();
    gauges.queue = pending;
    counters.hot_cache_hits += copied[i].blocks;
    counters.loads += copied[i].blocks;
    counters.recency_skipped = copied[i].skipped;
    if (!sources_.cold)
      continue;
    const auto cold = sources_.cold->ledger(static_cast<storage::namespace_id>(i));
    counters.evictions = cold.reclaimed.blocks;
    counters.synced = {cold.synced.blocks, cold.synced.bytes};
    gauges.cold = {cold.present.blocks, cold.present.bytes};
    gauges.total_size_bytes = cold.bytes_on_disk;
    if (std::binary_search(unclaimed.begin(), unclaimed.end(), i))
      gauges.cold_unclaimed_bytes = cold.bytes_on_disk;
  }
  return entries;
}

std::int64_t stats_state::now_ns() const {
  return std::chrono::nanoseconds{self_->clock().now().time_since_epoch()}.count();
}

/// Sets the figures that the store has for the whole cache only.
void stats_state::add_figures_of_the_whole(stats::gauges& levels) const {
  levels.hot_cache_max_bytes = sources_.limits->hot_bytes_max;
  levels.configured_max_size_bytes = sources_.limits->cold_bytes_max;
  levels.writer_queue_max_blocks = sources_.limits->queue_blocks;
  levels.writer_queue_max_bytes = sources_.limits->queue_bytes;
  if (!sources_.cold)
    return;
  const auto activity = sources_.cold->activity();
  levels.total_size_bytes = sources_.cold->bytes_in_use();
  levels.max_size_bytes = sources_.cold->bytes_max();
  levels.cold_appended_bytes = activity.payload_bytes;
  levels.cold_written_bytes = activity.written_bytes;
  levels.cold_reappended_bytes = activity.reappended_bytes;
  levels.cold_state = sources_.limits->cold_attached ? stats::cold_state::attached : stats::cold_state::detached;
}

tally_entry stats_state::whole_of(const std::vector<tally_entry>& totals) const {
  tally_entry whole;
  for (const auto& entry : totals) {
    whole.counters += entry.counters;
    whole.gauges += entry.gauges;
  }
  add_figures_of_the_whole(whole.gauges);
  return whole;
}

/// Records the totals every second, whatever happens: hot hits are counted without a notice to stats.
void stats_state::on_tick() {
  const auto now = totals();
  sources_.timeline->record(now_ns(), now, whole_of(now));
  log_drops(now);
  self_->delayed_send(stats_actor(self_), std::chrono::seconds{1}, messages::tick{});
}

void stats_state::on_tally_changed() {
  const auto entries = totals();
  sources_.timeline->notice(now_ns(), entries);
  log_drops(entries);
}

/// One line a second at most; it includes the drops that were held back since the last one.
void stats_state::log_drops(const std::vector<tally_entry>& entries) {
  stats::ledger now;
  for (const auto& entry : entries)
    now += entry.counters.ledger;
  const auto since = now.since(logged_);
  const auto at = self_->clock().now();
  if (since.ssd_write_drops() == 0 || at < log_after_) // held back: the next line includes them
    return;
  logged_ = now;
  log_after_ = at + std::chrono::seconds{1};
  sources_.journal->warn("stats.write_drops", "evict_full={} preflight_full={} late_full={} total={}",
                         since.dropped(drop_reason::evict_full).blocks,
                         since.dropped(drop_reason::preflight_full).blocks,
                         since.dropped(drop_reason::late_full).blocks, now.ssd_write_drops());
}

caf::result<messages::snapshot_reply> stats_state::on_snapshot(messages::snapshot_request& x) {
  const auto slot = std::move(x.slot); // before the reply is sent
  const auto counted = totals(); // before the names, so that each namespace that is counted has its name
  const auto names = sources_.namespaces->names();
  const auto total = whole_of(counted);
  auto whole = stats::make_snapshot(counted, *sources_.baseline, names, total.gauges);
  whole.whole.gauges = total.gauges;
  whole.time_ms = sources_.journal->now_ms();
  sources_.timeline->notice(now_ns(), counted);
  stats::add_recent(whole, *sources_.timeline, counted, total, names, now_ns());
  for (std::size_t i = 0; i < stats::operations; ++i)
    whole.latencies[i] = sources_.latencies->read(static_cast<stats::operation>(i));
  if (sources_.buffers)
    whole.memory = levels_of(sources_.buffers->stats());
  if (x.name_space == "*")
    return messages::snapshot_reply{std::move(whole)};
  if (auto part = stats::one_namespace(whole, x.name_space))
    return messages::snapshot_reply{std::move(*part)};
  return to_caf({storage::errc::not_found, "namespace \"" + x.name_space + "\": this cache has not seen it"});
}

messages::history_reply stats_state::on_history(messages::history_request& x) {
  const auto slot = std::move(x.slot);
  const auto& line = *sources_.timeline;
  const auto wall_ms = sources_.journal->now_ms();
  return {x.minutes ? line.minutes(now_ns(), wall_ms, x.since_ms) : line.seconds(now_ns(), wall_ms, x.since_ms)};
}

messages::reset_reply stats_state::on_reset() {
  *sources_.baseline = stats::make_baseline(totals());
  sources_.latencies->reset();
  return {};
}

/// The tally of the dead hot_cache stays unchanged. Each later read of it counts the lost blocks.
void stats_state::on_hot_cache_down() {
  hot_cache_died_ = true;
  stats::amount lost;
  for (auto& entry : tallied())
    lost += count_as_lost(entry);
  if (lost.blocks > 0)
    sources_.journal->error("hot_cache.died", "lost_blocks={} lost_bytes={}", lost.blocks, lost.bytes);
}

} // namespace hearth::actors
