// The part of the record about sync points, and about what the snapshots of a cache say.
#include "tests/crash/crash_record.hpp"

#include <algorithm>
#include <utility>

namespace hearth::crash {

// --- sync points ---------------------------------------------------------------------------------------------------

void crash_record::begin_sync(std::uint32_t lane) {
  syncs_[lane] = sync_view{keys_, std::vector<std::set<std::uint64_t>>(keys_total), 0};
}

/// `present`: what was in a tier after a flush, or before a close.
void crash_record::end_sync(std::uint32_t lane, key_bits present) {
  ++totals_.sync_points;
  const auto view = std::exchange(syncs_[lane], std::nullopt);
  for (std::uint32_t key = 0; key < keys_total; ++key)
    prune(key, *view, (present & bit_of(key)) != 0);
  // Whether what was dirty when a close began was written by it, or failed and is gone, nobody can ask afterwards.
  if (lane == lanes && rules_.faulty)
    return;
  // After all keys: a child's promise depends on what happened to its parent, not on what the record makes of that.
  for (std::uint32_t key = 0; key < keys_total; ++key)
    promise(key, *view, present);
}

bool crash_record::untouched(std::uint32_t key, const sync_view& view) const {
  const auto& then = view.then[key];
  return then.under_way == doing::nothing && then.changes == keys_[key].changes;
}

/// What was gone when the sync began stays away from now on.
void crash_record::prune(std::uint32_t key, const sync_view& view, bool present) {
  const auto& then = view.then[key];
  auto& now = keys_[key];
  auto left = view.later[key];
  if (then.putting)
    left.insert(*then.putting);
  if (then.known && then.current)
    left.insert(*then.current);
  if (!then.known && (present || !untouched(key, view))) // found on disk by this process, and nobody has looked which
    left.insert(then.possible.begin(), then.possible.end());
  std::erase_if(now.possible, [&](auto version) { return !left.contains(version); });
}

/// What was there when the sync began, and has not been touched since, must be found from now on.
void crash_record::promise(std::uint32_t key, const sync_view& view, key_bits present) {
  const auto there = [&](std::uint32_t one) { return (present & bit_of(one)) != 0 && untouched(one, view); };
  auto& now = keys_[key];
  const auto& then = view.then[key];
  if (!untouched(key, view))
    return;
  if (!there(key)) {
    if (now.promised)
      return missed(key);
    if (now.known && now.current) {
      vanished(key, "it was in no tier after a sync point");
      now.current.reset();
    }
    return;
  }
  // A block whose parent is in no tier may have been passed over: it is hot, and will not be written.
  const auto parent = parent_of(key);
  if (rules_.cut_chains && parent && !there(*parent))
    return;
  if (then.known && then.current)
    now.promised = *then.current;
  else if (!then.known && now.possible.size() == 1)
    now.promised = *now.possible.begin();
}

// --- figures -------------------------------------------------------------------------------------------------------

/// `vanished`: how many had when they were asked for.
void crash_record::judge(const snapshot_figures& figures, std::uint64_t vanished) {
  const auto say = [&](const std::string& what, std::uint64_t found) {
    accuse(what + ": found " + std::to_string(found) + " blocks");
  };
  if (!last_figures_)
    errors_at_open_ = figures.errors;
  last_figures_ = figures;
  bytes_in_use_ = figures.bytes_in_use;
  if (figures.balanced == 0)
    accuse("the ledger does not balance");
  if (figures.bytes_max != rules_.cold_bytes_max || figures.bytes_in_use > figures.bytes_max)
    accuse("the cold tier takes " + std::to_string(figures.bytes_in_use) + " bytes of " +
           std::to_string(figures.bytes_max) + ", set were " + std::to_string(rules_.cold_bytes_max));
  if (rules_.roomy && figures.evictions > 0)
    say("reclaimed in a directory that is large enough for all", figures.evictions);
  if (rules_.lossless && figures.dropped + figures.failed + figures.lost > 0)
    say("dropped, failed or lost without a reason", figures.dropped + figures.failed + figures.lost);
  if (!rules_.faulty && rules_.roomy && figures.errors > errors_at_open_)
    accuse("errors without a fault: " + std::to_string(figures.errors - errors_at_open_));
  if (figures.failed > figures.errors)
    say("failed writes beyond the errors", figures.failed - figures.errors);
  if (vanished > figures.lost + figures.evictions)
    say("gone without being counted as lost or reclaimed", vanished - figures.lost - figures.evictions);
}

/// Every key has been asked for.
void crash_record::judge_check() {
  if (last_figures_ && last_figures_->present != found_in_check_)
    accuse("the cold tier says that it holds " + std::to_string(last_figures_->present) + " blocks, found were " +
           std::to_string(found_in_check_));
  if (allowed_missing_ && missing_ > *allowed_missing_)
    accuse("LOST: " + std::to_string(missing_) + " blocks that a sync point covers are away, and only " +
           std::to_string(*allowed_missing_) + " were reclaimed");
  allowed_missing_ = 0;
}

} // namespace hearth::crash
