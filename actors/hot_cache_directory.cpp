// The cold tier's directory: checks, detach and reattach.
#include "actors/hot_cache_state.hpp"

#include "actors/log.hpp"

namespace hearth::actors {

using storage::errc;
using storage::failure;
using storage::result;

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
  log::warn("cold.detached", "lost_blocks={} lost_bytes={} reason=\"{}\"", lost.blocks, lost.bytes, reason.context);
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
      log::warn("cold.still_detached", "attempts={} error={}", directory_.opening_failures(),
                to_string(x.outcome.error()));
    return watch_directory(now());
  }
  const auto& found = *x.outcome;
  peers_.tally->update(0, [&](stats::tally_entry& entry) { entry.counters.errors += found.damaged; });
  tiers_.reattached();
  log::info("cold.reattached", "{} bytes={}", to_string(found), peers_.store->bytes_in_use());
  directory_.opened(now());
  mark_dirty_pending();
  flushes_.retry_at(now());
  advance_flushes();
  watch_directory(now());
  settled();
}

} // namespace hearth::actors
