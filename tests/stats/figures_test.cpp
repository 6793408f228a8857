#include "stats/figures.hpp"

#include "stats/json_reader.hpp"
#include "stats/snapshot.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace hearth::stats;

namespace {

/// A snapshot in which every number differs from every other.
snapshot distinct() {
  snapshot item;
  auto& [count, level, recent] = item.whole;
  std::uint64_t next = 1;
  for (std::size_t i = 0; i < drop_reasons; ++i)
    for (std::size_t times = 0; times <= i; ++times)
      count.ledger.give_up(static_cast<drop_reason>(i), 1'000 + i);
  for (std::size_t i = 0; i < fail_reasons; ++i)
    for (std::size_t times = 0; times < 20 + i; ++times) {
      count.ledger.offer(70 + i);
      count.ledger.fail(static_cast<fail_reason>(i), 70 + i);
    }
  for (int times = 0; times < 40; ++times)
    count.ledger.offer(90);
  for (int times = 0; times < 11; ++times)
    count.ledger.persist(90);
  for (int times = 0; times < 12; ++times)
    count.ledger.cancel(90);
  for (auto* plain : {&count.saves,
                      &count.loads,
                      &count.misses,
                      &count.errors,
                      &count.hot_cache_hits,
                      &count.pending_hits,
                      &count.cold_hits,
                      &count.hot_cache_evictions,
                      &count.hot_cache_promotions,
                      &count.evictions,
                      &count.puts_rejected,
                      &count.recency_skipped,
                      &level.total_size_bytes,
                      &level.hot_cache_max_bytes,
                      &level.max_size_bytes,
                      &level.configured_max_size_bytes,
                      &level.cold_appended_bytes,
                      &level.cold_written_bytes,
                      &level.cold_reappended_bytes,
                      &level.writer_queue_max_blocks,
                      &level.writer_queue_max_bytes,
                      &level.cold_unclaimed_bytes})
    *plain = 100'000 + next++;
  for (auto* pair : {&count.synced, &count.lost, &level.hot, &level.dirty, &level.cold, &level.queue})
    *pair = {200'000 + next, 300'000 + next++};
  return item;
}

/// Number at a path such as "ledger.offered.blocks" of a JSON object.
std::uint64_t at(json_reader& json, const std::string& path) {
  std::uint64_t value = 0;
  const auto dot = path.find('.');
  if (dot == std::string::npos)
    json.integer(path, value);
  else
    json.object(path.substr(0, dot), [&] { value = at(json, path.substr(dot + 1)); });
  return value;
}

} // namespace

TEST_CASE("Each figure is named after its path in the snapshot's JSON, and has its value") {
  const auto item = distinct();
  const auto text = to_json(item);
  const auto values = values_of(item.whole.counters, item.whole.gauges);
  std::set<std::uint64_t> different;
  for (std::size_t i = 0; i < figure_count; ++i) {
    INFO(figures()[i].name);
    json_reader json{text};
    CHECK(at(json, figures()[i].name) == values[i]);
    CHECK(json.error().empty());
    different.insert(values[i]);
  }
  CHECK(different.size() == figure_count);
}

TEST_CASE("The growth has what each counter gained, and nothing for a level or for a counter that fell") {
  counters few, many;
  gauges low, high;
  few.saves = 3;
  many.saves = 10;
  few.loads = 9; // as if counted anew
  many.loads = 1;
  high.cold_written_bytes = 5;
  high.hot = {7, 70};
  const auto grown = growth(values_of(few, low), values_of(many, high));
  for (std::size_t i = 0; i < figure_count; ++i) {
    INFO(figures()[i].name);
    const auto& name = figures()[i].name;
    CHECK(grown[i] == (name == "saves" ? 7u : name == "cold_written_bytes" ? 5u : 0u));
  }
}
