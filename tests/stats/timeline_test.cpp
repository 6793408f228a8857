#include "stats/timeline.hpp"

#include "stats/json_reader.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::stats;

namespace {

constexpr std::int64_t wall_ms = 1'700'000'000'000;

std::size_t index_of(const std::string& name) {
  for (std::size_t i = 0; i < figure_count; ++i)
    if (figures()[i].name == name)
      return i;
  FAIL("no figure " << name);
  return 0;
}

/// A cache with two namespaces, and its timeline, which is called every second.
struct lived {
  std::vector<tally_entry> totals = std::vector<tally_entry>(2);
  timeline line;
  std::int64_t now_ns = 0;

  [[nodiscard]] tally_entry whole() const {
    tally_entry sum;
    for (const auto& entry : totals) {
      sum.counters += entry.counters;
      sum.gauges += entry.gauges;
    }
    return sum;
  }
  void record() { line.record(now_ns, totals, whole()); }
  /// `seconds` pass; in each, namespace 1 stores `puts` blocks.
  void live(int seconds, std::uint64_t puts) {
    for (int i = 0; i < seconds; ++i) {
      now_ns += timeline::second_ns;
      totals[1].counters.saves += puts;
      totals[1].gauges.hot.blocks = puts;
      record();
    }
  }
};

const std::size_t saves = index_of("saves"), hot_blocks = index_of("hot_cache_entries");

} // namespace

TEST_CASE("A window has the growth of its minutes, and says how long it is") {
  lived cache;
  cache.record();
  cache.live(1'000, 2);
  cache.live(100, 5);
  const auto found = cache.line.recent(cache.now_ns, wall_ms, cache.whole());
  CHECK(found.grown[0].ms == 60'000);
  CHECK(found.grown[0].grown[saves] == 60 * 5);
  CHECK(found.grown[1].ms == 300'000);
  CHECK(found.grown[1].grown[saves] == 100 * 5 + 200 * 2);
  CHECK(found.grown[2].ms == 900'000);
  CHECK(found.grown[2].grown[saves] == 100 * 5 + 800 * 2);
  CHECK(found.grown[2].grown[hot_blocks] == 0);
}

TEST_CASE("While a cache is young, its windows are as long as its life") {
  lived cache;
  CHECK(cache.line.recent(cache.now_ns, wall_ms, cache.whole()).grown[0] == window{});
  cache.record();
  cache.live(10, 3);
  cache.now_ns += timeline::second_ns / 2;
  cache.totals[1].counters.saves += 1; // after the last second
  for (const auto& one : cache.line.recent(cache.now_ns, wall_ms, cache.whole()).grown) {
    CHECK(one.ms == 10'500);
    CHECK(one.grown[saves] == 31);
  }
}

TEST_CASE("A namespace's window is its own, to half a minute") {
  lived cache;
  cache.record();
  cache.live(1'000, 2);
  const auto& total = cache.totals[1];
  const auto found = cache.line.recent(1, cache.now_ns, wall_ms, total);
  for (std::size_t i = 0; i < windows; ++i) {
    CHECK(found.grown[i].ms >= static_cast<std::uint64_t>(window_seconds[i]) * 1'000);
    CHECK(found.grown[i].ms < static_cast<std::uint64_t>(window_seconds[i] + 30) * 1'000);
    CHECK(found.grown[i].grown[saves] == found.grown[i].ms / 1'000 * 2);
  }
  CHECK(cache.line.recent(0, cache.now_ns, wall_ms, cache.totals[0]).grown[0].grown[saves] == 0);
  CHECK(cache.line.recent(7, cache.now_ns, wall_ms, total) == recent_events{});
}

TEST_CASE("The time of the last drop is known for each reason, in the namespace and in the whole cache") {
  lived cache;
  cache.record();
  cache.live(5, 1);
  cache.totals[1].counters.ledger.give_up(drop_reason::late_full, 9);
  cache.line.notice(cache.now_ns, cache.totals);
  cache.live(3, 1);
  cache.totals[0].counters.ledger.offer(9);
  cache.totals[0].counters.ledger.fail(fail_reason::no_space, 9);
  cache.line.notice(cache.now_ns, cache.totals);
  cache.now_ns += 250'000'000;

  const auto late_full = static_cast<std::size_t>(drop_reason::late_full);
  const auto no_space = static_cast<std::size_t>(fail_reason::no_space);
  const auto whole = cache.line.recent(cache.now_ns, wall_ms, cache.whole());
  CHECK(whole.last_dropped_ms[late_full] == wall_ms - 3'250);
  CHECK(whole.last_failed_ms[no_space] == wall_ms - 250);
  CHECK(whole.last_dropped_ms[0] == 0);
  const auto first = cache.line.recent(0, cache.now_ns, wall_ms, cache.totals[0]);
  CHECK(first.last_dropped_ms[late_full] == 0);
  CHECK(first.last_failed_ms[no_space] == wall_ms - 250);
}

TEST_CASE("The history has the growth of each second and the levels at its end") {
  lived cache;
  cache.record();
  cache.live(2, 4);
  cache.live(1, 0);
  const auto found = cache.line.seconds(cache.now_ns, wall_ms, 0);
  CHECK(found.step_ms == 1'000);
  CHECK(found.end_ms == std::vector<std::int64_t>{wall_ms - 2'000, wall_ms - 1'000, wall_ms});
  REQUIRE(found.values.size() == 3);
  CHECK(found.values[0][saves] == 4);
  CHECK(found.values[1][saves] == 4);
  CHECK(found.values[2][saves] == 0);
  CHECK(found.values[1][hot_blocks] == 4);
  CHECK(cache.line.seconds(cache.now_ns, wall_ms, wall_ms - 1'000).values.size() == 1);
}

TEST_CASE("A page that is opened late sees the night, and memory stays bounded") {
  lived cache;
  cache.record();
  cache.live(26 * 3'600, 1);
  const auto seconds = cache.line.seconds(cache.now_ns, wall_ms, 0);
  const auto minutes = cache.line.minutes(cache.now_ns, wall_ms, 0);
  CHECK(seconds.values.size() == timeline::seconds_kept);
  CHECK(minutes.values.size() == timeline::minutes_kept);
  CHECK(minutes.step_ms == 60'000);
  for (const auto& minute : minutes.values)
    REQUIRE(minute[saves] == 60);
}

TEST_CASE("Two calls in one second make one step, and a pause makes one long step") {
  lived cache;
  cache.record();
  cache.live(1, 1);
  cache.record();
  cache.now_ns += 10 * timeline::second_ns;
  cache.totals[1].counters.saves += 7;
  cache.record();
  const auto found = cache.line.seconds(cache.now_ns, wall_ms, 0);
  REQUIRE(found.values.size() == 2);
  CHECK(found.values[1][saves] == 7);
  CHECK(found.end_ms[1] - found.end_ms[0] == 10'000);
}

TEST_CASE("A history is JSON with a column for each figure that was ever above zero") {
  history item{1'000, {wall_ms, wall_ms + 1'000}, std::vector<figure_values>(2)};
  item.values[1][saves] = 5;
  item.values[0][hot_blocks] = 6;
  CHECK(to_json(item) == R"({"version": 1,"step_ms": 1000,"time_ms": [1700000000000,1700000001000],)"
                         R"("counters": {"saves": [0,5]},"levels": {"hot_cache_entries": [6,0]}})");
}
