// The three sites of ssd_write_drops. Each test fills the writer's mailbox exactly and checks what remains.
#include "tests/actors/actor_fixture.hpp"

using namespace hearth;
using namespace hearth::testing;
using stats::drop_reason;

namespace {

/// Four hot dirty blocks, four in the writer's mailbox, and a disk that hangs: the next put drops one.
void saturate(cache_world& it) {
  it.world.disk().hang(true);
  it.put_all(1, 8);
  REQUIRE(it.queue().slots == 4);
  REQUIRE(it.counters().ledger.ssd_write_drops() == 0);
}

} // namespace

TEST_CASE("A fresh cache has dropped nothing, and a reset forgets what it dropped") {
  cache_world it;
  CHECK(it.counters() == stats::counters{});
  saturate(it);
  REQUIRE(it.put(9).ok());
  REQUIRE(it.counters().ledger.ssd_write_drops() == 1);
  REQUIRE(it.kept.reset_stats().ok());
  const auto after = it.now();
  CHECK(after.counters.ledger.ssd_write_drops() == 0);
  CHECK(after.counters.ledger.offered() == after.counters.ledger.pending());
  CHECK(after.counters.ledger.pending().blocks == 4);
  CHECK(after.gauges.hot.blocks == 4);
  it.world.disk().hang(false);
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == 4);
}

TEST_CASE("evict_full: a dirty block that leaves the hot tier while the mailbox is full is dropped, once") {
  cache_world it;
  saturate(it);
  REQUIRE(it.put(9).ok());
  const auto after = it.now();
  const auto& ledger = after.counters.ledger;
  CHECK(ledger.dropped(drop_reason::evict_full) == stats::amount{1, block_bytes});
  CHECK(ledger.ssd_write_drops() == 1);
  CHECK(after.counters.lost == stats::amount{1, block_bytes});
  CHECK(ledger.offered() == stats::amount{5, 5 * block_bytes});
  CHECK(ledger.pending() == stats::amount{4, 4 * block_bytes});
  CHECK(it.queue().slots == 4);
  CHECK(it.queue().bytes == 4 * block_bytes);
  CHECK(after.gauges.hot == stats::amount{4, 4 * block_bytes});
  CHECK_FALSE(*it.kept.contains(key(5))); // the oldest hot block: no tier and no index has it
  it.world.disk().hang(false);
  it.world.run();
  CHECK_FALSE(it.has(5));
  CHECK(it.now().gauges.cold.blocks == 4);
  CHECK(it.queue().slots == 0);
}

TEST_CASE("preflight_full: with no room anywhere the producer is not called, and the declared bytes are counted") {
  cache_world it;
  saturate(it);
  bool called = false;
  const auto refused = it.kept.put(key(9), block_bytes, [&]() -> result<buffer> {
    called = true;
    return bytes_of(9);
  });
  CHECK(refused.code() == errc::overloaded);
  CHECK(refused.error().context.find("preflight_full") != std::string::npos);
  CHECK_FALSE(called);
  const auto counters = it.counters();
  CHECK(counters.ledger.dropped(drop_reason::preflight_full) == stats::amount{1, block_bytes});
  CHECK(counters.ledger.ssd_write_drops() == 1);
  CHECK(counters.ledger.offered() == stats::amount{5, 5 * block_bytes});
  CHECK(counters.lost == stats::amount{});
  CHECK(counters.saves == 8);
  CHECK_FALSE(*it.kept.contains(key(9)));
  it.world.disk().hang(false);
  it.world.run();
  CHECK(it.kept.put(key(9), block_bytes, [] { return result<buffer>{bytes_of(9)}; }).ok());
  CHECK(it.has(9));
}

TEST_CASE("late_full: without a hot tier a put that the full mailbox rejects is refused and counted, once") {
  auto options = small_cache();
  options.hot_bytes_max = 0;
  cache_world it{options};
  it.world.disk().hang(true);
  it.put_all(1, 4);
  const auto refused = it.put(5);
  CHECK(refused.code() == errc::overloaded);
  const auto counters = it.counters();
  CHECK(counters.ledger.dropped(drop_reason::late_full) == stats::amount{1, block_bytes});
  CHECK(counters.ledger.ssd_write_drops() == 1);
  CHECK(counters.ledger.pending().blocks == 4);
  CHECK(counters.saves == 4);
  CHECK(counters.lost == stats::amount{});
  CHECK_FALSE(*it.kept.contains(key(5)));
}

TEST_CASE("late_full: in write-through the rejected block stays hot and dirty") {
  auto options = small_cache();
  options.policy = write_policy::through;
  options.hot_bytes_max = 8 * block_bytes;
  cache_world it{options};
  it.world.disk().hang(true);
  it.put_all(1, 5);
  const auto after = it.now();
  CHECK(after.counters.ledger.dropped(drop_reason::late_full) == stats::amount{1, block_bytes});
  CHECK(after.gauges.dirty == stats::amount{1, block_bytes});
  CHECK(after.counters.lost == stats::amount{});
  CHECK(it.has(5));
}

TEST_CASE("Passing the preflight and finding the mailbox full afterwards is late_full, not preflight_full") {
  auto options = small_cache();
  options.hot_bytes_max = 0;
  cache_world it{options};
  it.world.disk().hang(true);
  it.put_all(1, 3);
  const auto refused = it.kept.put(key(9), block_bytes, [&]() -> result<buffer> {
    REQUIRE(it.put(4).ok()); // another put takes the last slot while this block is being made
    return bytes_of(9);
  });
  CHECK(refused.code() == errc::overloaded);
  CHECK(it.dropped(drop_reason::late_full) == 1);
  CHECK(it.dropped(drop_reason::preflight_full) == 0);
}

TEST_CASE("Making room in the cold tier is not a write drop and needs no slot") {
  const auto options = with_cold_room(small_cache(), 3);
  cache_world it{options};
  for (unsigned number = 1; number <= 16; ++number) {
    REQUIRE(it.put(number).ok());
    it.world.run();
  }
  const auto after = it.now();
  CHECK(after.counters.evictions == 9);
  CHECK(after.gauges.cold.blocks == 3);
  CHECK(after.counters.ledger.persisted().blocks == 12);
  CHECK(after.counters.ledger.ssd_write_drops() == 0);
  CHECK(it.world.files().bytes_peak() <= options.cold_bytes_max);
}

TEST_CASE("With the mailbox full clean blocks leave first, and their copies on disk stay valid") {
  cache_world it;
  it.put_all(1, 4);
  REQUIRE(it.kept.flush().ok()); // four clean blocks
  it.world.disk().hang(true);
  it.put_all(5, 8);
  const auto after = it.counters();
  CHECK(after.ledger.ssd_write_drops() == 0);
  CHECK(after.ledger.offered().blocks == 4);
  it.world.disk().hang(false);
  CHECK(it.has(1));
  CHECK(it.has(8));
}

TEST_CASE("A slow stats actor loses no drop and holds up no put") {
  auto options = small_cache();
  options.advanced.stats_mailbox = 1;
  cache_world it{options};
  saturate(it);
  std::size_t answered = 0;
  for (unsigned number = 9; number < 109; ++number)
    it.kept.put_async(key(number), bytes_of(number), {},
                      [&](const result<put_outcome>& outcome) { answered += outcome.ok() ? 1 : 0; });
  it.world.deliver();
  CHECK(answered == 100);
  CHECK(it.dropped(drop_reason::evict_full) == 100);
}

TEST_CASE("A dead stats actor loses no drop and holds up no put; its successor knows everything") {
  cache_world it;
  saturate(it);
  caf::anon_send_exit(it.kept.actors().registry->stats(), caf::exit_reason::kill);
  it.world.deliver();
  const auto meanwhile = it.kept.stats();
  CHECK(meanwhile.code() == errc::overloaded); // not closed: the cache still runs
  REQUIRE(it.put(9).ok());
  it.world.advance(std::chrono::seconds{1});
  CHECK(it.dropped(drop_reason::evict_full) == 1);
  CHECK(it.counters().saves == 9);
}
