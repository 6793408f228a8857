#include "stats/totals.hpp"
#include "tests/stats/random.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::stats;

namespace {

const gauges limits{{}, {}, {}, {}, 0, 1000, 2000, 3000};

/// One random event in a namespace.
void random_event(tally_entry& entry, random_sequence& random) {
  auto& [count, level] = entry;
  const auto bytes = 1 + random.below(1000);
  switch (random.below(7)) {
  case 0:
    count.saves += 1;
    count.ledger.offer(bytes);
    level.queue.add(bytes);
    break;
  case 1:
    if (count.ledger.pending().blocks > 0) { // all pending blocks at once, so the sizes need no model here
      while (count.ledger.pending().blocks > 1)
        count.ledger.persist(0);
      count.ledger.persist(count.ledger.pending().bytes);
      level.queue = {};
    }
    break;
  case 2: count.ledger.give_up(static_cast<drop_reason>(random.below(drop_reasons)), bytes); break;
  case 3: count.hot_cache_hits += 1; break;
  case 4: count.misses += 1; break;
  case 5: count.lost.add(bytes); break;
  case 6: level.hot.add(bytes); break;
  }
}

void check_adds_up(const snapshot& item) {
  counters sum;
  gauges levels;
  for (const auto& [name, part] : item.namespaces) {
    CAPTURE(name);
    REQUIRE(part.counters.ledger.balanced());
    CHECK(part.gauges.hot_cache_max_bytes == limits.hot_cache_max_bytes);
    sum += part.counters;
    levels += part.gauges;
  }
  REQUIRE(sum == item.whole.counters);
  CHECK(levels.hot == item.whole.gauges.hot);
  CHECK(levels.queue == item.whole.gauges.queue);
  CHECK(item.whole.counters.ledger.balanced());
}

} // namespace

TEST_CASE("The namespaces of a snapshot add up to the whole, from any number of senders and across resets") {
  const std::uint64_t seed = 99;
  CAPTURE(seed);
  random_sequence random{seed};
  const std::vector<std::string> names{"default", "model-a", "model-b"};
  std::vector<std::vector<tally_entry>> senders(2, std::vector<tally_entry>(3));
  baseline start;
  for (int step = 0; step < 5'000; ++step) {
    random_event(senders[random.below(2)][random.below(3)], random);
    if (random.below(500) == 0)
      start = make_baseline(sum(senders));
    if (step % 50 == 0)
      check_adds_up(make_snapshot(sum(senders), start, names, limits));
  }
}

TEST_CASE("Right after a reset every counter is zero, offered equals pending, and gauges stay") {
  std::vector<tally_entry> totals(2);
  totals[1].counters.saves = 5;
  totals[1].counters.ledger.offer(10);
  totals[1].counters.ledger.give_up(drop_reason::evict_full, 20);
  totals[1].gauges.hot = {3, 300};
  const auto start = make_baseline(totals);
  const auto fresh = make_snapshot(totals, start, {"default", "m"}, limits);

  counters only_pending;
  only_pending.ledger.offer(10);
  CHECK(fresh.whole.counters == only_pending);
  CHECK(fresh.namespaces.at("m").counters == only_pending);
  CHECK(fresh.namespaces.at("default").counters == counters{});
  CHECK(fresh.whole.gauges.hot == amount{3, 300});
  CHECK(fresh.whole.gauges.max_size_bytes == 2000);

  totals[1].counters.ledger.persist(10);
  const auto later = make_snapshot(totals, start, {"default", "m"}, limits);
  CHECK(later.whole.counters.ledger.offered() == amount{1, 10});
  CHECK(later.whole.counters.ledger.persisted() == amount{1, 10});
  CHECK(later.whole.counters.ledger.pending() == amount{});
}

TEST_CASE("A namespace that appears after a reset counts from zero") {
  std::vector<tally_entry> totals(1);
  totals[0].counters.saves = 4;
  const auto start = make_baseline(totals);
  totals.resize(2);
  totals[1].counters.saves = 6;
  const auto item = make_snapshot(totals, start, {"default", "new"}, limits);
  CHECK(item.namespaces.at("new").counters.saves == 6);
  CHECK(item.whole.counters.saves == 6);
}

TEST_CASE("A named namespace in which nothing happened shows, and a counted one without a name is not left out") {
  const auto idle = make_snapshot({}, {}, {"default"}, limits);
  REQUIRE(idle.namespaces.size() == 1);
  CHECK(idle.namespaces.at("default").counters == counters{});
  CHECK(idle.namespaces.at("default").gauges == limits);

  std::vector<tally_entry> totals(2);
  totals[1].counters.saves = 1;
  const auto early = make_snapshot(totals, {}, {"default"}, limits);
  REQUIRE(early.namespaces.count("#1") == 1);
  CHECK(early.namespaces.at("#1").counters.saves == 1);
  CHECK(early.whole.counters.saves == 1);
}

TEST_CASE("A tally shows all that was added to it, by namespace number") {
  tally counted;
  CHECK(counted.read().empty());
  counted.update(2, [](tally_entry& entry) { entry.counters.ledger.offer(9); });
  counted.update(2, [](tally_entry& entry) { entry.counters.ledger.persist(9); });
  counted.update(0, [](tally_entry& entry) { entry.gauges.dirty.add(4); });
  const auto entries = counted.read();
  REQUIRE(entries.size() == 3);
  CHECK(entries[2].counters.ledger.persisted() == amount{1, 9});
  CHECK(entries[1].counters == counters{});
  CHECK(entries[0].gauges.dirty == amount{1, 4});
}
