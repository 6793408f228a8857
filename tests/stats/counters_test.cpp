#include "stats/counters.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::stats;

namespace {

/// Sets every counter to a different number, so that a forgotten or swapped counter is detected.
counters distinct(std::uint64_t base) {
  counters made;
  made.saves = base + 1;
  made.loads = base + 2;
  made.misses = base + 3;
  made.errors = base + 4;
  made.hot_cache_hits = base + 5;
  made.pending_hits = base + 6;
  made.cold_hits = base + 7;
  made.hot_cache_evictions = base + 8;
  made.hot_cache_promotions = base + 9;
  made.evictions = base + 10;
  made.puts_rejected = base + 11;
  made.recency_skipped = base + 14;
  made.lost = {base + 12, base + 13};
  return made;
}

} // namespace

TEST_CASE("Counters and gauges start at zero") {
  const counters count;
  CHECK(count.hits() == 0);
  CHECK(count.saves == 0);
  CHECK(count.loads == 0);
  CHECK(count.misses == 0);
  CHECK(count.errors == 0);
  CHECK(count.hot_cache_evictions == 0);
  CHECK(count.hot_cache_promotions == 0);
  CHECK(count.evictions == 0);
  CHECK(count.puts_rejected == 0);
  CHECK(count.recency_skipped == 0);
  CHECK(count.lost == amount{});
  CHECK(count.ledger == ledger{});
  const gauges level;
  CHECK(level.hot == amount{});
  CHECK(level.dirty == amount{});
  CHECK(level.cold == amount{});
  CHECK(level.queue == amount{});
  CHECK(level.total_size_bytes == 0);
}

TEST_CASE("Hits are the blocks found in memory, on the way to disk and on disk") {
  counters count;
  count.hot_cache_hits = 1;
  count.pending_hits = 10;
  count.cold_hits = 100;
  CHECK(count.hits() == 111);
}

TEST_CASE("A sum adds every counter, and a difference takes the same off again") {
  auto sum = distinct(0);
  sum.ledger.offer(8);
  auto more = distinct(100);
  more.ledger.give_up(drop_reason::late_full, 4);
  const auto before = sum;
  sum += more;

  auto expected = distinct(100); // 100 + n and n: the sum is 2n + 100
  expected.saves = 102;
  expected.loads = 104;
  expected.misses = 106;
  expected.errors = 108;
  expected.hot_cache_hits = 110;
  expected.pending_hits = 112;
  expected.cold_hits = 114;
  expected.hot_cache_evictions = 116;
  expected.hot_cache_promotions = 118;
  expected.evictions = 120;
  expected.puts_rejected = 122;
  expected.recency_skipped = 128;
  expected.lost = {124, 126};
  expected.ledger.offer(8);
  expected.ledger.give_up(drop_reason::late_full, 4);
  CHECK(sum == expected);

  auto rest = sum.since(before);
  auto more_and_pending = distinct(100);
  more_and_pending.ledger.offer(8); // pending at the reset, so it counts as offered in the new period as well
  more_and_pending.ledger.give_up(drop_reason::late_full, 4);
  CHECK(rest == more_and_pending);
}

TEST_CASE("Adding gauges adds the levels and keeps the limits of the whole cache") {
  gauges a{{1, 10}, {2, 20}, {3, 30}, {4, 40}, 50, 1000, 2000, 3000};
  const gauges b{{10, 100}, {20, 200}, {30, 300}, {40, 400}, 500, 7, 8, 9};
  a += b;
  CHECK(a == gauges{{11, 110}, {22, 220}, {33, 330}, {44, 440}, 550, 1000, 2000, 3000});
}
