#include "tests/crash/crash_record.hpp"

#include <algorithm>
#include <utility>

namespace hearth::crash {

using storage::errc;

namespace {

using put_ends_as = testing::block_history::put_end;

constexpr std::uint32_t close_sync = lanes;

std::string name(std::uint32_t key) { return "key " + std::to_string(key); }

} // namespace

void crash_record::begin_life(const record_rules& rules, bool checks) {
  rules_ = rules;
  checks_ = checks;
  vanished_ = missing_ = found_in_check_ = 0;
  last_figures_.reset();
}

void crash_record::note(const event& item) {
  switch (item.kind) {
  case event_kind::opening:
  case event_kind::progress: break;
  case event_kind::opened: item.outcome == errc::none ? void() : failed(item, "open"); break;
  case event_kind::put_begin: put_begin(item); break;
  case event_kind::put_end: put_end(item); break;
  case event_kind::erase_begin: erase_begin(item.key, calls_[item.lane] = past_.begins()); break;
  case event_kind::erase_end:
    erase_end(item.key, item);
    past_.ended(calls_[item.lane]);
    break;
  case event_kind::clear_begin:
    calls_[item.lane] = past_.begins();
    for (std::uint32_t i = 0; i < keys_per_lane; ++i)
      erase_begin(item.lane * keys_per_lane + i, calls_[item.lane]);
    break;
  case event_kind::clear_end:
    for (std::uint32_t i = 0; i < keys_per_lane; ++i)
      erase_end(item.lane * keys_per_lane + i, item);
    past_.ended(calls_[item.lane]);
    break;
  case event_kind::got: got(item); break;
  case event_kind::flush_begin: begin_sync(item.lane, 0); break;
  case event_kind::flush_end:
    if (item.outcome != errc::none)
      failed(item, "flush");
    else if (!item.flag)
      rules_.faulty ? void() : accuse("a flush that had all the time it needs ended without a sync");
    else
      end_sync(item.lane, item.present);
    break;
  case event_kind::close_begin: begin_sync(close_sync, item.present); break;
  case event_kind::close_end:
    if (item.outcome != errc::none)
      failed(item, "close");
    else if (!item.flag)
      rules_.faulty ? void() : accuse("a close that had all the time it needs ended without a sync");
    else
      end_sync(close_sync, syncs_[close_sync]->present);
    break;
  case event_kind::figures_begin: vanished_before_[item.lane] = vanished_; break;
  case event_kind::figures: judge(item.figures, vanished_before_[item.lane]); break;
  case event_kind::checked: judge_check(); break;
  }
}

void crash_record::end_life(bool in_peace) {
  // For a small directory, only a life that ended by itself has reported all reclaimed blocks.
  if (!checks_)
    allowed_missing_ = in_peace && last_figures_ && allowed_missing_
                           ? std::optional{*allowed_missing_ + last_figures_->evictions + rules_.blocks_on_their_way}
                           : std::nullopt;
  if (last_figures_) {
    totals_.faults += last_figures_->faults;
    totals_.failed_writes += last_figures_->failed;
  }
  past_.reopened();
  syncs_ = {};
}

// --- operations ----------------------------------------------------------------------------------------------------

void crash_record::put_begin(const event& item) {
  past_.put_begins(item.key, calls_[item.lane] = past_.begins(), item.version);
  keys_[item.key].checked = false;
  next_version_ = std::max(next_version_, item.version + 1);
}

void crash_record::put_end(const event& item) {
  auto& one = keys_[item.key];
  const auto begun = calls_[item.lane];
  const bool put = item.outcome == errc::none;
  if (put && item.flag)
    absent(item.key, presence_of(item.key), "a put stored it anew");
  // A failed put means that nothing has changed: its version must not be found later, either.
  const auto how = !put ? put_ends_as::refused : item.flag ? put_ends_as::stored : put_ends_as::refreshed;
  wrong(item.key, past_.put_ends(item.key, item.version, how));
  if (put && !item.flag)
    if (const auto stale = past_.check_there(item.key, begun); !stale.empty())
      accuse(name(item.key) + ": a put found it there already: " + stale);
  past_.ended(begun);
  if (!put)
    return failed(item, "put of " + name(item.key));
  one.erased = false;
  one.acknowledged.insert(item.version);
}

void crash_record::erase_begin(std::uint32_t key, moment begun) {
  keys_[key].before_erase = presence_of(key);
  keys_[key].checked = false;
  past_.erase_begins(key, begun);
}

void crash_record::erase_end(std::uint32_t key, const event& item) {
  auto& one = keys_[key];
  const auto begun = calls_[item.lane];
  const bool erased = item.outcome == errc::none;
  const bool told = erased && item.kind == event_kind::erase_end; // a clear reports only the number of blocks
  if (told && item.flag)
    if (const auto stale = past_.check_there(key, begun); !stale.empty())
      accuse(name(key) + ": an erase found it: " + stale);
  if (told && !item.flag)
    absent(key, one.before_erase, "an erase did not find it");
  past_.erase_ends(key, begun, erased);
  if (!erased)
    return failed(item, "erase of " + name(key));
  one.erased = true;
}

// --- gets ----------------------------------------------------------------------------------------------------------

void crash_record::got(const event& item) {
  checks_ ? ++totals_.blocks_checked : ++totals_.reads_alive;
  totals_.synced_checked += checks_ && past_.promised(item.key) ? 1 : 0;
  if (item.outcome == errc::not_found)
    return absent(item.key, presence_of(item.key), "a get did not find it");
  if (item.outcome != errc::none)
    return failed(item, "get of " + name(item.key));
  if (digest_of(payload(mix_, {item.key, item.version})) != item.found)
    return wrong(item.key, "a get answered " + std::to_string(item.found.bytes) + " bytes that say they are version " +
                               std::to_string(item.version) + ", and are not");
  found(item.key, item.version);
}

void crash_record::found(std::uint32_t key, std::uint64_t version) {
  auto& one = keys_[key];
  const auto at = past_.now(); // time of the reply; no other call on this key is pending
  wrong(key, past_.check(key, version, at, at));
  if (checks_) {
    ++found_in_check_;
    totals_.came_back += one.erased ? 1 : 0;
    totals_.torn_puts += one.acknowledged.contains(version) ? 0 : 1;
    one.checked = true;
  }
}

/// An empty `what` is no violation.
void crash_record::wrong(std::uint32_t key, const std::string& what) {
  if (what.empty())
    return;
  ++totals_.wrong;
  accuse("WRONG: " + name(key) + ": " + what);
}

crash_record::presence crash_record::presence_of(std::uint32_t key) {
  return {past_.promised(key), past_.there_since(key).has_value(), past_.check_miss(key, past_.now())};
}

/// The block is absent, as `how` tells. A block covered by a sync point may be absent only if something is reclaimed. A
/// block seen in this life may be absent only if something is dropped, and then the ledger must count it.
void crash_record::absent(std::uint32_t key, const presence& was, const std::string& how) {
  auto& one = keys_[key];
  const auto at = past_.now();
  vanished_ += was.seen ? 1 : 0;
  if (was.promised && rules_.roomy) {
    ++totals_.lost;
    accuse("LOST: " + name(key) + ": " + how + ": " + was.why);
  } else if (was.promised) {
    ++missing_;
    ++totals_.reclaimed;
  } else if (was.seen && rules_.lossless) {
    accuse("VANISHED: " + name(key) + ": " + how + ": " + was.why);
  } else if (checks_ && one.checked && rules_.roomy) {
    ++totals_.slipped;
  }
  one.checked = false;
  past_.missed(key, at, at);
}

void crash_record::failed(const event& item, const std::string& what) {
  ++totals_.failed_operations;
  const bool is_put = item.kind == event_kind::put_end;
  if (!rules_.faulty && !(is_put && !rules_.lossless))
    accuse(what + " was answered with " + std::string{to_string(item.outcome)} + ", and nothing was made to fail");
}

// --- sync points ---------------------------------------------------------------------------------------------------

void crash_record::begin_sync(std::uint32_t lane, key_bits present) {
  const auto before = past_.now();
  syncs_[lane] = {before, past_.now(), present};
}

/// `present`: keys in a tier after a flush, or before a close.
void crash_record::end_sync(std::uint32_t lane, key_bits present) {
  ++totals_.sync_points;
  const auto sync = *std::exchange(syncs_[lane], std::nullopt);
  past_.synced(sync.begun);
  const auto untouched = [&](std::uint32_t key) { return past_.untouched(key, sync.begun); };
  const auto there = [&](std::uint32_t key) { return (present & bit_of(key)) != 0 && untouched(key); };
  // Dirty blocks at the begin of a close: whether they were written or failed cannot be checked afterwards.
  const bool promises = lane != close_sync || !rules_.faulty;
  for (std::uint32_t key = 0; key < keys_total; ++key) {
    if (!untouched(key))
      continue;
    // A block whose parent is in no tier may have been skipped: it is hot and will not be written.
    const auto parent = parent_of(key);
    if (!there(key))
      absent_after(key, sync, promises);
    else if (promises && (!rules_.cut_chains || !parent || there(*parent)))
      past_.promise(key, sync.begun, true);
  }
}

/// The block was in no tier after a sync point, and no call had touched it. If this process had not seen it when the
/// sync began, it was absent then, too: its absence is durable.
void crash_record::absent_after(std::uint32_t key, const sync_under_way& sync, bool promises) {
  const auto was = presence_of(key);
  const auto since = past_.there_since(key);
  if (!since || *since > sync.begun)
    past_.missed(key, sync.before, sync.before);
  if (was.promised || (promises && was.seen))
    absent(key, was, "it was in no tier after a sync point");
}

// --- figures -------------------------------------------------------------------------------------------------------

/// `vanished`: value of `vanished_` when the figures were requested.
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

/// Every key has been read.
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
