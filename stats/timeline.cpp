#include "stats/timeline.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::stats {

namespace {

constexpr std::int64_t minute_ns = 60 * timeline::second_ns, half_minute_ns = 30 * timeline::second_ns;
/// Samples that cover the longest window, and the one before it.
constexpr std::size_t half_minutes_kept = static_cast<std::size_t>(window_seconds.back() / 30) + 1;

/// Adds a sample if a step of the clock has ended since the last sample. Forgets the oldest beyond `kept_max`.
template <class Samples>
void add_if_due(Samples& kept, std::size_t kept_max, std::int64_t step_ns, std::int64_t now_ns,
                const figure_values& values) {
  if (!kept.empty() && now_ns / step_ns <= kept.back().at_ns / step_ns)
    return;
  kept.push_back({now_ns, values});
  if (kept.size() > kept_max)
    kept.pop_front();
}

} // namespace

timeline::last_times::last_times() {
  dropped.fill(-1);
  failed.fill(-1);
}

void timeline::notice(std::int64_t now_ns, const std::vector<tally_entry>& totals) {
  if (parts_.size() < totals.size())
    parts_.resize(totals.size());
  for (std::size_t number = 0; number < totals.size(); ++number) {
    auto& [seen, last, kept] = parts_[number];
    const auto& now = totals[number].counters.ledger;
    for (std::size_t i = 0; i < drop_reasons; ++i)
      if (now.parts().dropped[i].blocks > seen.parts().dropped[i].blocks)
        last.dropped[i] = now_ns;
    for (std::size_t i = 0; i < fail_reasons; ++i)
      if (now.parts().failed[i].blocks > seen.parts().failed[i].blocks)
        last.failed[i] = now_ns;
    seen = now;
  }
}

void timeline::record(std::int64_t now_ns, const std::vector<tally_entry>& totals, const tally_entry& whole) {
  notice(now_ns, totals);
  const auto values = values_of(whole.counters, whole.gauges);
  add_if_due(seconds_, seconds_kept + 1, second_ns, now_ns, values);
  add_if_due(minutes_, minutes_kept + 1, minute_ns, now_ns, values);
  for (std::size_t number = 0; number < totals.size(); ++number)
    add_if_due(parts_[number].half_minutes, half_minutes_kept, half_minute_ns, now_ns,
               values_of(totals[number].counters, totals[number].gauges));
}

recent_events timeline::describe(const samples& kept, const last_times& last, std::int64_t now_ns, std::int64_t wall_ms,
                                 const tally_entry& total) {
  recent_events found;
  const auto now = values_of(total.counters, total.gauges);
  for (std::size_t i = 0; i < windows && !kept.empty(); ++i) {
    // The latest sample that is at least as old as the window, else the oldest.
    const auto younger = std::find_if(kept.begin(), kept.end(), [&](const sample& one) {
      return one.at_ns > now_ns - window_seconds[i] * second_ns;
    });
    const auto& start = younger == kept.begin() ? kept.front() : *std::prev(younger);
    found.grown[i] = {static_cast<std::uint64_t>((now_ns - start.at_ns) / 1'000'000), growth(start.values, now)};
  }
  const auto wall_of = [&](std::int64_t at_ns) { return at_ns < 0 ? 0 : wall_ms - (now_ns - at_ns) / 1'000'000; };
  std::transform(last.dropped.begin(), last.dropped.end(), found.last_dropped_ms.begin(), wall_of);
  std::transform(last.failed.begin(), last.failed.end(), found.last_failed_ms.begin(), wall_of);
  return found;
}

recent_events timeline::recent(std::size_t number, std::int64_t now_ns, std::int64_t wall_ms,
                               const tally_entry& total) const {
  if (number >= parts_.size())
    return {};
  const auto& [seen, last, kept] = parts_[number];
  return describe(kept, last, now_ns, wall_ms, total);
}

recent_events timeline::recent(std::int64_t now_ns, std::int64_t wall_ms, const tally_entry& whole) const {
  last_times latest;
  for (const auto& one : parts_) {
    for (std::size_t i = 0; i < drop_reasons; ++i)
      latest.dropped[i] = std::max(latest.dropped[i], one.last.dropped[i]);
    for (std::size_t i = 0; i < fail_reasons; ++i)
      latest.failed[i] = std::max(latest.failed[i], one.last.failed[i]);
  }
  return describe(seconds_, latest, now_ns, wall_ms, whole);
}

history timeline::steps(const samples& kept, std::int64_t step_ns, std::int64_t now_ns, std::int64_t wall_ms,
                        std::int64_t since_ms) {
  history made;
  made.step_ms = step_ns / 1'000'000;
  const auto& all = figures();
  for (std::size_t at = 1; at < kept.size(); ++at) {
    const auto end_ms = wall_ms - (now_ns - kept[at].at_ns) / 1'000'000;
    if (end_ms <= since_ms)
      continue;
    made.end_ms.push_back(end_ms);
    auto values = growth(kept[at - 1].values, kept[at].values);
    for (std::size_t i = 0; i < figure_count; ++i)
      if (all[i].kind == figure_kind::level)
        values[i] = kept[at].values[i];
    made.values.push_back(values);
  }
  return made;
}

history timeline::seconds(std::int64_t now_ns, std::int64_t wall_ms, std::int64_t since_ms) const {
  return steps(seconds_, second_ns, now_ns, wall_ms, since_ms);
}

history timeline::minutes(std::int64_t now_ns, std::int64_t wall_ms, std::int64_t since_ms) const {
  return steps(minutes_, minute_ns, now_ns, wall_ms, since_ms);
}

} // namespace hearth::stats
