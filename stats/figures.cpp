#include "stats/figures.hpp"

#include <algorithm>
#include <cassert>
#include <functional>
#include <utility>

namespace hearth::stats {

namespace {

/// Calls `take(name, kind, value)` for each figure. One list serves names and values; `name` is a function, because
/// most calls need no name.
template <class Take>
void for_each_figure(const counters& counted, const gauges& levels, Take&& take) {
  using enum figure_kind;
  const auto both = [&](auto path, figure_kind kind, const amount& item) {
    take([&] { return path() + ".blocks"; }, kind, item.blocks);
    take([&] { return path() + ".bytes"; }, kind, item.bytes);
  };
  const auto one = [&](const char* name, figure_kind kind, std::uint64_t value) {
    take([&] { return std::string{name}; }, kind, value);
  };
  const auto pair = [&](const char* path, figure_kind kind, const amount& item) {
    both([&] { return std::string{path}; }, kind, item);
  };
  const auto& parts = counted.ledger.parts();
  pair("ledger.offered", counter, parts.offered);
  pair("ledger.persisted", counter, parts.persisted);
  pair("ledger.pending", level, parts.pending);
  pair("ledger.cancelled", counter, parts.cancelled);
  for (std::size_t i = 0; i < drop_reasons; ++i)
    both([&] { return "ledger.dropped." + std::string{to_string(static_cast<drop_reason>(i))}; }, counter,
         parts.dropped[i]);
  for (std::size_t i = 0; i < fail_reasons; ++i)
    both([&] { return "ledger.failed." + std::string{to_string(static_cast<fail_reason>(i))}; }, counter,
         parts.failed[i]);
  one("saves", counter, counted.saves);
  one("loads", counter, counted.loads);
  one("errors", counter, counted.errors);
  one("misses", counter, counted.misses);
  one("evictions", counter, counted.evictions);
  one("hot_cache_hits", counter, counted.hot_cache_hits);
  one("pending_hits", counter, counted.pending_hits);
  one("cold_hits", counter, counted.cold_hits);
  one("hot_cache_evictions", counter, counted.hot_cache_evictions);
  one("hot_cache_promotions", counter, counted.hot_cache_promotions);
  one("puts_rejected", counter, counted.puts_rejected);
  one("recency_skipped", counter, counted.recency_skipped);
  pair("lost", counter, counted.lost);
  pair("synced", counter, counted.synced);
  pair("dirty", level, levels.dirty);
  one("hot_cache_entries", level, levels.hot.blocks);
  one("hot_cache_size_bytes", level, levels.hot.bytes);
  one("hot_cache_max_bytes", level, levels.hot_cache_max_bytes);
  one("total_size_bytes", level, levels.total_size_bytes);
  one("max_size_bytes", level, levels.max_size_bytes);
  one("configured_max_size_bytes", level, levels.configured_max_size_bytes);
  one("num_blocks", level, levels.cold.blocks);
  one("cold_payload_bytes", level, levels.cold.bytes);
  one("writer_queue_blocks", level, levels.queue.blocks);
  one("writer_queue_bytes", level, levels.queue.bytes);
  one("writer_queue_max_blocks", level, levels.writer_queue_max_blocks);
  one("writer_queue_max_bytes", level, levels.writer_queue_max_bytes);
  one("cold_appended_bytes", counter, levels.cold_appended_bytes);
  one("cold_written_bytes", counter, levels.cold_written_bytes);
  one("cold_reappended_bytes", counter, levels.cold_reappended_bytes);
  one("cold_unclaimed_bytes", level, levels.cold_unclaimed_bytes);
}

} // namespace

const std::vector<figure>& figures() {
  static const auto all = [] {
    std::vector<figure> found;
    for_each_figure({}, {}, [&](auto name, figure_kind kind, std::uint64_t) { found.push_back({name(), kind}); });
    assert(found.size() == figure_count);
    return found;
  }();
  return all;
}

std::size_t figure_index(std::string_view name) {
  const auto& all = figures();
  const auto found = std::find_if(all.begin(), all.end(), [&](const figure& one) { return one.name == name; });
  assert(found != all.end());
  return static_cast<std::size_t>(found - all.begin());
}

figure_values values_of(const counters& counted, const gauges& levels) noexcept {
  figure_values values{};
  std::size_t at = 0;
  for_each_figure(counted, levels, [&](const auto&, figure_kind, std::uint64_t value) {
    if (at < values.size())
      values[at] = value;
    ++at;
  });
  assert(at == figure_count);
  return values;
}

figure_values growth(const figure_values& earlier, const figure_values& later) {
  figure_values grown{};
  const auto& all = figures();
  for (std::size_t i = 0; i < figure_count; ++i)
    if (all[i].kind == figure_kind::counter && later[i] > earlier[i])
      grown[i] = later[i] - earlier[i];
  return grown;
}

} // namespace hearth::stats
