// The cold tier's directory: whether it is still there, what follows when it is not, and opening it again.
#include "actors/hot_cache_state.hpp"

#include "actors/log.hpp"

#include <utility>

namespace hearth::actors {

using storage::errc;
using storage::failure;
using storage::result;

/// Looks for a directory that should be there, or tries one that went away again, and sets the alarm for the next time.
void hot_cache_state::watch_directory(time_point at) {
  if (!parts_->store || directory_asked_)
    return;
  if (at < directory_due_)
    return alarm(directory_due_);
  if (!tiers_.attached())
    return open_directory_again();
  directory_due_ = at + parts_->config.directory_check;
  alarm(directory_due_);
  look_for_directory();
}

/// Also asked for by whatever fails on the cold tier: the answer is what decides.
void hot_cache_state::look_for_directory() {
  if (!tiers_.attached() || std::exchange(directory_asked_, true))
    return;
  parts_->store->look(tell<messages::directory_seen, result<void>>());
}

void hot_cache_state::on_directory_seen(const messages::directory_seen& x) {
  directory_asked_ = false;
  if (x.outcome.code() == errc::not_found && tiers_.attached())
    detach(x.outcome.error());
  watch_directory(now());
}

/// Everything that waits for the cold tier ends here; what comes later from it is no longer looked at.
void hot_cache_state::detach(const failure& reason) {
  const auto lost = tiers_.detach(parts_->store->abandon());
  log::warn("cold.detached", "lost_blocks={} lost_bytes={} reason=\"{}\"", lost.blocks, lost.bytes, reason.context);
  opening_failures_ = 0;
  last_opening_failure_.clear();
  directory_due_ = now() + back_off(0);
  cleaning_ = {};
  retry_flushes(now());
  advance_flushes();
  settled();
}

void hot_cache_state::open_directory_again() {
  directory_asked_ = true;
  parts_->store->reattach(tell<messages::directory_opened, result<storage::recovery_report>>());
}

/// Each new reason why it cannot be opened is told once.
void hot_cache_state::on_directory_opened(const messages::directory_opened& x) {
  directory_asked_ = false;
  if (!x.outcome) {
    directory_due_ = now() + back_off(++opening_failures_);
    if (std::exchange(last_opening_failure_, x.outcome.error().context) != last_opening_failure_)
      log::warn("cold.still_detached", "attempts={} error={}", opening_failures_, to_string(x.outcome.error()));
    return watch_directory(now());
  }
  const auto& found = *x.outcome;
  parts_->hot_cache_tally->update(0, [&](stats::tally_entry& entry) { entry.counters.errors += found.damaged; });
  tiers_.reattached();
  log::info("cold.reattached", "{} bytes={}", to_string(found), parts_->store->bytes_in_use());
  directory_due_ = now() + parts_->config.directory_check;
  soil();
  retry_flushes(now());
  advance_flushes();
  watch_directory(now());
  settled();
}

} // namespace hearth::actors
