#include "tests/crash/crash_record.hpp"

#include <algorithm>

namespace hearth::crash {

using storage::errc;

namespace {

constexpr std::uint32_t close_view = lanes;

std::string number(std::uint64_t value) { return std::to_string(value); }

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
  case event_kind::erase_begin: erase_begin(item.key); break;
  case event_kind::erase_end: erase_end(item.key, item); break;
  case event_kind::clear_begin:
    for (std::uint32_t i = 0; i < keys_per_lane; ++i)
      erase_begin(item.lane * keys_per_lane + i);
    break;
  case event_kind::clear_end:
    for (std::uint32_t i = 0; i < keys_per_lane; ++i)
      erase_end(item.lane * keys_per_lane + i, item);
    break;
  case event_kind::got: got(item); break;
  case event_kind::flush_begin: begin_sync(item.lane); break;
  case event_kind::flush_end:
    if (item.outcome != errc::none)
      failed(item, "flush");
    else if (!item.flag)
      rules_.faulty ? void() : accuse("a flush that had all the time it needs ended without a sync");
    else
      end_sync(item.lane, item.present);
    break;
  case event_kind::close_begin:
    begin_sync(close_view);
    syncs_[close_view]->present = item.present;
    break;
  case event_kind::close_end:
    if (item.outcome != errc::none)
      failed(item, "close");
    else if (!item.flag)
      rules_.faulty ? void() : accuse("a close that had all the time it needs ended without a sync");
    else
      end_sync(close_view, syncs_[close_view]->present);
    break;
  case event_kind::figures_begin: vanished_before_[item.lane] = vanished_; break;
  case event_kind::figures: judge(item.figures, vanished_before_[item.lane]); break;
  case event_kind::checked: judge_check(); break;
  }
}

void crash_record::end_life(bool in_peace) {
  // Of what a small directory has reclaimed only a life that ended in peace has told all.
  if (!checks_)
    allowed_missing_ = in_peace && last_figures_ && allowed_missing_
                           ? std::optional{*allowed_missing_ + last_figures_->evictions + rules_.blocks_on_their_way}
                           : std::nullopt;
  if (last_figures_) {
    totals_.faults += last_figures_->faults;
    totals_.failed_writes += last_figures_->failed;
  }
  for (auto& one : keys_) {
    one.known = false;
    one.current.reset();
    one.under_way = doing::nothing;
    one.putting.reset();
  }
  for (auto& view : syncs_)
    view.reset();
}

// --- operations ----------------------------------------------------------------------------------------------------

void crash_record::put_begin(const event& item) {
  auto& one = keys_[item.key];
  one.under_way = doing::putting;
  one.putting = item.version;
  one.is_new = one.possible.insert(item.version).second;
  one.last_found.reset();
  ++one.changes;
  next_version_ = std::max(next_version_, item.version + 1);
  for (auto& view : syncs_)
    if (view)
      view->later[item.key].insert(item.version);
}

void crash_record::put_end(const event& item) {
  auto& one = keys_[item.key];
  one.under_way = doing::nothing;
  one.putting.reset();
  if (item.outcome != errc::none) {
    // It says that nothing has changed: then it must not be found later, either.
    if (one.is_new)
      one.possible.erase(item.version);
    return failed(item, "put of " + describe(item.key));
  }
  one.erased = false;
  one.acknowledged.insert(item.version);
  if (item.flag && one.known && one.current)
    vanished(item.key, "a put stored it anew");
  if (item.flag && one.promised)
    missed(item.key);
  if (!item.flag && one.known && !one.current)
    accuse(describe(item.key) + ": a put was told that it is there already, after it had been erased or was missed");
  one.known = true;
  one.current = item.version;
}

void crash_record::erase_begin(std::uint32_t key) {
  auto& one = keys_[key];
  one.under_way = doing::erasing;
  one.was_promised = one.promised.has_value();
  one.promised.reset();
  one.last_found.reset();
  ++one.changes;
}

void crash_record::erase_end(std::uint32_t key, const event& item) {
  auto& one = keys_[key];
  one.under_way = doing::nothing;
  if (item.outcome != errc::none) {
    one.known = false;
    return failed(item, "erase of " + describe(key));
  }
  const bool told = item.kind == event_kind::erase_end; // a clear only says how many there were
  if (told && item.flag && one.known && !one.current)
    accuse(describe(key) + ": an erase found it, after it had been erased or was missed");
  if (told && !item.flag && one.known && one.current)
    vanished(key, "an erase did not find it");
  if (told && !item.flag && one.was_promised && rules_.roomy) {
    ++totals_.lost;
    accuse("LOST: " + describe(key) + ": a sync point covered it, and an erase did not find it");
  }
  one.known = true;
  one.current.reset();
  one.erased = true;
}

// --- gets ----------------------------------------------------------------------------------------------------------

void crash_record::got(const event& item) {
  checks_ ? ++totals_.blocks_checked : ++totals_.reads_alive;
  totals_.synced_checked += checks_ && keys_[item.key].promised ? 1 : 0;
  if (item.outcome == errc::not_found)
    return missed(item.key);
  if (item.outcome != errc::none)
    return failed(item, "get of " + describe(item.key));
  const auto& possible = keys_[item.key].possible;
  const auto match = std::find_if(possible.begin(), possible.end(), [&](auto version) {
    return expected({item.key, version}) == item.found;
  });
  if (match == possible.end()) {
    ++totals_.wrong;
    return accuse("WRONG: " + describe(item.key) + ": a get answered " + number(item.found.bytes) +
                  " bytes which say that they are version " + number(item.version));
  }
  found(item.key, *match);
}

void crash_record::missed(std::uint32_t key) {
  auto& one = keys_[key];
  const bool was_promised = one.promised.has_value();
  if (was_promised && rules_.roomy) {
    ++totals_.lost;
    accuse("LOST: " + describe(key) + ": a sync point covers it, and it is not there");
  } else if (was_promised) {
    ++missing_;
    ++totals_.reclaimed;
  } else if (checks_ && one.last_found && rules_.roomy) {
    ++totals_.slipped;
  }
  if (!was_promised && one.known && one.current)
    vanished(key, "a get did not find it");
  one.promised.reset();
  one.last_found.reset();
  one.known = true;
  one.current.reset();
}

void crash_record::found(std::uint32_t key, std::uint64_t version) {
  auto& one = keys_[key];
  const auto wrong = [&](const std::string& why) {
    ++totals_.wrong;
    accuse("WRONG: " + describe(key) + ": a get answered version " + number(version) + ", " + why);
  };
  if (one.promised && *one.promised != version)
    wrong("not that of the sync point");
  if (one.known && !one.current)
    wrong("after it had been erased or was missed");
  if (one.known && one.current && *one.current != version)
    wrong("not the one that was put last");
  if (checks_) {
    ++found_in_check_;
    totals_.came_back += one.erased ? 1 : 0;
    totals_.torn_puts += one.acknowledged.contains(version) ? 0 : 1;
    one.last_found = version;
  }
  one.known = true;
  one.current = version;
}

/// Away, without a sync point that covers it. Where nothing is dropped that must not be; elsewhere the ledger must
/// know.
void crash_record::vanished(std::uint32_t key, const std::string& how) {
  ++vanished_;
  if (rules_.lossless)
    accuse("VANISHED: " + describe(key) + ": " + how + ", and nothing had taken it away");
}

void crash_record::failed(const event& item, const std::string& what) {
  ++totals_.failed_operations;
  const bool is_put = item.kind == event_kind::put_end;
  if (!rules_.faulty && !(is_put && !rules_.lossless))
    accuse(what + " was answered with " + std::string{to_string(item.outcome)} + ", and nothing was made to fail");
}

digest crash_record::expected(const block_version& of) const { return digest_of(payload(mix_, of)); }

std::string crash_record::describe(std::uint32_t key) const {
  const auto& one = keys_[key];
  std::string text = "key " + number(key) + " (may be found: versions";
  for (const auto version : one.possible)
    text += " " + number(version);
  text += "; promised: " + (one.promised ? number(*one.promised) : "none");
  text += "; in this process: " + (!one.known ? "unknown" : one.current ? number(*one.current) : "absent") + ")";
  return text;
}

} // namespace hearth::crash
