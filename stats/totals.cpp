#include "stats/totals.hpp"

#include <algorithm>

namespace hearth::stats {

namespace {

/// Name of namespace `number`. An entry may be counted a moment before stats knows its name. It must show even so, or
/// the namespaces would not add up to the whole.
std::string name_of(std::size_t number, const std::vector<std::string>& names) {
  return number < names.size() ? names[number] : "#" + std::to_string(number);
}

gauges with_limits(gauges levels, const gauges& limits) noexcept {
  levels.hot_cache_max_bytes = limits.hot_cache_max_bytes;
  levels.max_size_bytes = limits.max_size_bytes;
  levels.configured_max_size_bytes = limits.configured_max_size_bytes;
  levels.writer_queue_max_blocks = limits.writer_queue_max_blocks;
  levels.writer_queue_max_bytes = limits.writer_queue_max_bytes;
  levels.cold_state = limits.cold_state;
  return levels;
}

} // namespace

baseline make_baseline(const std::vector<tally_entry>& totals) {
  baseline start;
  start.entries.reserve(totals.size());
  for (const auto& entry : totals)
    start.entries.push_back(entry.counters);
  return start;
}

snapshot make_snapshot(const std::vector<tally_entry>& totals, const baseline& start,
                       const std::vector<std::string>& names, const gauges& limits) {
  snapshot made;
  made.whole.gauges = with_limits({}, limits);
  for (std::size_t number = 0; number < std::max(totals.size(), names.size()); ++number) {
    auto& part = made.namespaces[name_of(number, names)];
    part.gauges = with_limits(part.gauges, limits);
    if (number >= totals.size())
      continue; // named, without any event yet
    const auto& now = totals[number];
    const auto counted = number < start.entries.size() ? now.counters.since(start.entries[number]) : now.counters;
    part.counters += counted;
    part.gauges += now.gauges;
    made.whole.counters += counted;
    made.whole.gauges += now.gauges;
  }
  return made;
}

void add_recent(snapshot& item, const timeline& recently, const std::vector<tally_entry>& totals,
                const tally_entry& whole, const std::vector<std::string>& names, std::int64_t now_ns) {
  for (std::size_t number = 0; number < totals.size(); ++number)
    if (const auto part = item.namespaces.find(name_of(number, names)); part != item.namespaces.end())
      part->second.recent = recently.recent(number, now_ns, item.time_ms, totals[number]);
  item.whole.recent = recently.recent(now_ns, item.time_ms, whole);
}

std::vector<tally_entry> sum(const std::vector<std::vector<tally_entry>>& totals) {
  std::vector<tally_entry> summed;
  for (const auto& sender : totals) {
    if (summed.size() < sender.size())
      summed.resize(sender.size());
    for (std::size_t number = 0; number < sender.size(); ++number) {
      summed[number].counters += sender[number].counters;
      summed[number].gauges += sender[number].gauges;
    }
  }
  return summed;
}

} // namespace hearth::stats
