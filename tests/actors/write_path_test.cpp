#include "tests/actors/actor_fixture.hpp"

using namespace hearth;
using namespace hearth::testing;
using stats::drop_reason;
using stats::fail_reason;

TEST_CASE("An evicted block can be read at every moment: pending, being written, and cold") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 5);
  CHECK(it.counters().ledger.pending().blocks == 1);
  CHECK(it.has(1));
  CHECK(it.counters().pending_hits == 1);
  it.world.disk().hang(false);
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == 1);
  CHECK(it.has(1));
  CHECK(it.counters().cold_hits == 1);
}

TEST_CASE("A put of a block that is there only refreshes it, in every tier") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 5);
  CHECK(*it.put(1) == put_outcome::refreshed); // pending
  CHECK(*it.put(5) == put_outcome::refreshed); // hot
  it.world.disk().hang(false);
  it.world.run();
  CHECK(*it.put(1) == put_outcome::refreshed); // cold
  CHECK(it.counters().ledger.persisted().blocks + it.counters().ledger.pending().blocks <= 2);
  it.world.run();
  CHECK(it.counters().saves == 8);
}

TEST_CASE("The same key with another length is refused, and what was there stays") {
  cache_world it;
  it.put_all(1, 1);
  CHECK(it.kept.put(key(1), payload(1, 100)).code() == errc::conflict);
  CHECK(it.has(1));
}

TEST_CASE("A clean block that is evicted again is not rewritten") {
  cache_world it;
  it.put_all(1, 4);
  REQUIRE(it.kept.flush()->written.blocks == 4);
  it.put_all(5, 8);
  CHECK(it.has(1)); // promoted from the cold tier
  it.put_all(9, 12);
  it.world.run();
  CHECK(it.counters().ledger.offered().blocks == 8); // 1 to 4 once, 5 to 8 once
  CHECK(it.counters().hot_cache_promotions == 1);
}

TEST_CASE("Erasing a block whose write has not begun cancels it and needs no room in the mailbox") {
  auto options = small_cache();
  options.writes_in_flight = 1;
  cache_world it{options};
  it.world.disk().hang(true);
  it.put_all(1, 8);
  REQUIRE(it.queue().slots == 4);
  CHECK(*it.kept.erase(key(4))); // waits behind three others
  CHECK_FALSE(it.has(4));
  CHECK(it.counters().ledger.cancelled() == stats::amount{1, block_bytes});
  CHECK(it.counters().ledger.pending().blocks == 3);
  it.world.disk().hang(false);
  it.world.run();
  CHECK_FALSE(it.has(4));
  CHECK(it.counters().ledger.persisted().blocks == 3);
  CHECK(it.queue().slots == 0);
}

TEST_CASE("Erasing a block whose write has begun: it is persisted and then erased, unseen") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 5);
  CHECK(*it.kept.erase(key(1)));
  CHECK_FALSE(it.has(1));
  CHECK(it.counters().ledger.pending().blocks == 1);
  it.world.disk().hang(false);
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == 1);
  CHECK_FALSE(it.has(1));
  CHECK(it.now().gauges.cold.blocks == 0);
}

TEST_CASE("A block put again after its erase is the new one, although the old write was still under way") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 5);
  REQUIRE(*it.kept.erase(key(1)));
  const auto other = payload(99, 2 * block_bytes);
  REQUIRE(it.kept.put(key(1), other).ok());
  it.world.disk().hang(false);
  it.world.run();
  it.put_all(6, 9); // pushes it out to the cold tier
  it.world.run();
  const auto found = it.kept.get(key(1));
  REQUIRE(found.ok());
  CHECK(same(*found, other));
}

TEST_CASE("Clear takes every block out of every tier") {
  cache_world it;
  it.put_all(1, 4);
  REQUIRE(it.kept.flush().ok());
  it.put_all(5, 9);
  CHECK(*it.kept.clear() == 9);
  it.world.run();
  for (unsigned number = 1; number <= 9; ++number)
    CHECK_FALSE(it.has(number));
  const auto gauges = it.now().gauges;
  CHECK(gauges.hot == stats::amount{});
  CHECK(gauges.cold == stats::amount{});
}

TEST_CASE("A block whose parent is in no tier is not written, unless chains are not cut") {
  auto options = small_cache();
  options.cut_chains = GENERATE(true, false);
  cache_world it{options};
  REQUIRE(it.put(1, 100).ok());
  it.put_all(2, 5);
  it.world.run();
  CHECK(it.dropped(drop_reason::orphan) == (options.cut_chains ? 1 : 0));
  CHECK(it.has(1) == !options.cut_chains);
  CHECK(it.counters().lost.blocks == (options.cut_chains ? 1 : 0));
  CHECK(it.counters().ledger.ssd_write_drops() == 0);
}

TEST_CASE("A chain whose head is on its way to disk is whole") {
  cache_world it;
  REQUIRE(it.put(1).ok());
  for (unsigned number = 2; number <= 8; ++number)
    REQUIRE(it.put(number, number - 1).ok());
  it.world.run();
  CHECK(it.dropped(drop_reason::orphan) == 0);
  CHECK(it.counters().ledger.persisted().blocks == 4);
}

TEST_CASE("When the writer is idle the oldest dirty blocks are written ahead of need, and stay hot") {
  auto options = small_cache();
  options.idle_clean = std::chrono::milliseconds{200};
  cache_world it{options};
  it.put_all(1, 4);
  it.world.advance(std::chrono::milliseconds{100});
  CHECK(it.counters().ledger.offered().blocks == 0);
  it.world.advance(std::chrono::seconds{1});
  const auto after = it.now();
  CHECK(after.counters.ledger.persisted().blocks == 4);
  CHECK(after.gauges.dirty.blocks == 0);
  CHECK(after.gauges.hot.blocks == 4);
}

TEST_CASE("A failed write is counted with its reason, and a block that is still hot is dirty again") {
  auto options = small_cache();
  options.policy = write_policy::through;
  cache_world it{options};
  const auto code = GENERATE(errc::io, errc::no_space);
  it.world.files().fail_next(storage::file_operation::write, code);
  it.put_all(1, 1);
  it.world.run();
  const auto after = it.now();
  CHECK(after.counters.ledger.failed(code == errc::io ? fail_reason::io_error : fail_reason::no_space).blocks == 1);
  CHECK(after.counters.errors == 1);
  CHECK(after.counters.lost.blocks == 0);
  CHECK(after.gauges.dirty.blocks == 1);
  CHECK(it.has(1));
}

TEST_CASE("When the writer dies its blocks are accounted for, its slots come back, and a new writer takes over") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 8);
  REQUIRE(it.queue().slots == 4);
  caf::anon_send_exit(it.kept.actors().roster->writer(), caf::exit_reason::kill);
  it.world.deliver();
  auto after = it.counters();
  CHECK(after.ledger.failed(fail_reason::writer_died) == stats::amount{4, 4 * block_bytes});
  CHECK(after.ledger.pending() == stats::amount{});
  CHECK(after.lost.blocks == 4); // the hot tier was full: nowhere to go back to
  it.world.disk().hang(false);
  it.world.advance(std::chrono::seconds{1});
  CHECK(it.queue().slots == 0);
  REQUIRE(it.kept.flush().ok());
  CHECK(it.counters().ledger.persisted().blocks == 4);
}

TEST_CASE("When the writer dies, blocks that fit go back to the hot tier as dirty ones") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 6); // 1 and 2 pending
  REQUIRE(*it.kept.erase(key(5)));
  REQUIRE(*it.kept.erase(key(6)));
  caf::anon_send_exit(it.kept.actors().roster->writer(), caf::exit_reason::kill);
  it.world.deliver();
  CHECK(it.has(1));
  CHECK(it.has(2));
  CHECK(it.counters().lost.blocks == 0);
  CHECK(it.now().gauges.dirty.blocks == 4);
}
