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

TEST_CASE("A refresh with other bytes changes nothing: a get returns those of the put that made the block") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 5); // 1 is pending, 5 hot
  const auto other = payload(77, block_bytes);
  for (const unsigned number : {1u, 5u}) {
    CHECK(it.kept.put(key(number), other).value() == put_outcome::refreshed);
    CHECK(it.has(number));
  }
  it.world.disk().hang(false);
  it.world.run();
  CHECK(it.kept.put(key(1), other).value() == put_outcome::refreshed); // cold
  CHECK(it.has(1));
  it.put_all(11, 16); // all of these leave the hot tier
  it.world.run();
  CHECK(it.has(1));
  CHECK(it.has(5));
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
  options.advanced.writes_in_flight = 1;
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
  auto options = small_cache();
  cache_world it{options};
  it.put_all(11, 11);
  REQUIRE(it.kept.flush().ok()); // now there is a segment to write to
  REQUIRE(*it.kept.erase(key(11)));
  REQUIRE(it.kept.reset_stats().ok());
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
  it.put_all(6, 9); // evicts it to the cold tier
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

TEST_CASE("A flush ends as soon as the last write that it waits for is cancelled") {
  world_parts parts;
  parts.next_actor = [](std::size_t actors) { return actors - 1; }; // hot_cache goes on before the writer begins
  cache_world it{small_cache(), std::move(parts)};
  it.put_all(1, 1);
  std::optional<flush_report> report;
  it.kept.flush_async(std::chrono::hours{1}, [&](const result<flush_report>& end) { report = end.value(); });
  REQUIRE(it.world.step());
  REQUIRE(it.queue().slots == 1);
  SECTION("by an erase") { it.kept.erase_async(key(1), {}, nullptr); }
  SECTION("by a clear") { it.kept.clear_async({}, nullptr); }
  it.world.run();
  REQUIRE(report);
  CHECK(report->left == stats::amount{});
  CHECK(it.counters().ledger.cancelled().blocks == 1);
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

namespace {

/// Hot: 1 to 4, all of them clean; cold: 1 to 4, and no room for more.
void fill_both_tiers(cache_world& it) {
  it.put_all(1, 4);
  REQUIRE(it.kept.flush().ok());
  REQUIRE(it.now().gauges.dirty == stats::amount{});
}

/// Puts and flushes `count` blocks; the oldest copies on disk are reclaimed for them.
void reclaim_by_writing(cache_world& it, unsigned first, unsigned count) {
  for (unsigned number = first; number < first + count; ++number)
    REQUIRE(it.put(number).ok());
  REQUIRE(it.kept.flush().ok());
}

} // namespace

TEST_CASE("A hot block whose cold copy is reclaimed is dirty again, and written at eviction only if it was asked for") {
  auto options = with_cold_room(small_cache(), 4);
  options.hot_bytes_max = 8 * block_bytes;
  cache_world it{options};
  fill_both_tiers(it);
  reclaim_by_writing(it, 5, 2); // 1 and 2 leave the cold tier and stay hot
  CHECK(it.now().gauges.dirty == stats::amount{2, 2 * block_bytes});
  CHECK(it.counters().lost.blocks == 0);
  const bool asked = GENERATE(false, true);
  if (asked)
    REQUIRE(it.has(1));
  const auto offered = it.counters().ledger.offered().blocks;
  const auto evictions = it.counters().hot_cache_evictions;
  it.put_all(11, 18); // all other blocks leave the hot tier
  CHECK(it.counters().hot_cache_evictions == evictions + 6);
  CHECK(it.counters().ledger.offered().blocks == offered + (asked ? 1 : 0));
  CHECK(it.counters().lost.blocks == 0); // reclaimed, not lost
}

TEST_CASE("Idle cleaning does not rewrite reclaimed blocks that were not requested: it would never end") {
  auto options = with_cold_room(small_cache(), 3);
  options.idle_clean = std::chrono::milliseconds{200};
  cache_world it{options};
  it.put_all(1, 4); // four hot blocks, and room for three of them on disk
  it.world.advance(std::chrono::seconds{60});
  CHECK(it.counters().ledger.offered().blocks == 4);
  CHECK(it.now().gauges.dirty.blocks == 1);
}

TEST_CASE("Blocks that only the hot tier served are the last used ones after a restart, too") {
  actor_world world;
  const auto options = with_cold_room(small_cache(), 4);
  {
    auto kept = world.open(options).value();
    for (unsigned number = 1; number <= 4; ++number)
      REQUIRE(kept.put(key(number), bytes_of(number)).ok());
    REQUIRE(kept.flush().ok());
    REQUIRE(kept.get(key(1)).ok()); // from memory
    REQUIRE(kept.close().ok());
  }
  auto again = world.open(options).value();
  for (unsigned number = 11; number <= 17; ++number)
    REQUIRE(again.put(key(number), bytes_of(number)).ok());
  world.run(); // three were written, three reclaimed
  CHECK(*again.contains(key(1)));
  CHECK_FALSE(*again.contains(key(2)));
}

TEST_CASE("A requested block that leaves the hot tier makes its cold copy the most recently used") {
  cache_world it{with_cold_room(small_cache(), 4)};
  fill_both_tiers(it);
  REQUIRE(it.has(1));
  it.put_all(11, 14); // 1 to 4 leave, 1 last
  it.put_all(15, 16); // 11 and 12 are written, 2 and 3 reclaimed
  it.world.run();
  CHECK(*it.kept.contains(key(1)));
  CHECK_FALSE(*it.kept.contains(key(2)));
}

TEST_CASE("A block that comes back from disk still belongs to its chain") {
  auto options = with_cold_room(small_cache(), 6);
  cache_world it{options};
  REQUIRE(it.put(1).ok());
  REQUIRE(it.put(2, 1).ok());
  it.put_all(11, 14); // 1 and 2 are on disk only
  it.world.run();
  REQUIRE(it.has(2)); // promoted
  REQUIRE(*it.kept.erase(key(1)));
  for (unsigned number = 21; number <= 29; ++number) { // 2 stays hot, its copy is reclaimed
    REQUIRE(it.has(2));
    REQUIRE(it.put(number).ok());
    it.world.run();
  }
  REQUIRE(it.has(2));
  REQUIRE(it.dropped(drop_reason::orphan) == 0);
  it.put_all(31, 34); // 2 leaves, and is useless without 1
  CHECK(it.dropped(drop_reason::orphan) == 1);
}

TEST_CASE(
    "With a cold tier smaller than the hot one, flushes end: what was reclaimed and not asked for is not rewritten") {
  auto options = with_cold_room(small_cache(), 4);
  options.hot_bytes_max = 8 * block_bytes;
  cache_world it{options};
  it.put_all(1, 8); // 1 to 4 are written first, and reclaimed for 5 to 8
  REQUIRE(it.kept.flush()->written.blocks == 8);
  CHECK(it.now().gauges.dirty.blocks == 4);
  for (int again = 0; again < 3; ++again) {
    const auto report = it.kept.flush();
    CHECK(report->written == stats::amount{});
    CHECK(report->left == stats::amount{}); // the cold tier stored them, then reclaimed them
  }
  for (unsigned number = 5; number <= 8; ++number)
    REQUIRE(it.has(number));
  REQUIRE(it.kept.close()->left == stats::amount{});
  CHECK(it.counters().ledger.offered().blocks == 8);
  CHECK(it.counters().evictions == 4); // none of 5 to 8
}

TEST_CASE("A block reclaimed before the news of its write has come is dirty all the same") {
  auto options = with_cold_room(small_cache(), 2);
  options.hot_bytes_max = 4 * block_bytes;
  cache_world it{options};
  it.put_all(1, 4);
  REQUIRE(it.kept.flush().ok());
  it.world.run();
  const auto after = it.now();
  CHECK(after.gauges.cold.blocks == 2);
  CHECK(after.gauges.hot.blocks == 4);
  CHECK(after.gauges.dirty.blocks == 2);
}

TEST_CASE("A reclaimed block that is asked for is written again when the writer is idle") {
  auto options = with_cold_room(small_cache(), 3);
  options.idle_clean = std::chrono::milliseconds{200};
  cache_world it{options};
  it.put_all(1, 4);
  it.world.advance(std::chrono::seconds{5});
  REQUIRE(it.counters().ledger.offered().blocks == 4);
  REQUIRE(it.now().gauges.dirty.blocks == 1);
  REQUIRE(it.has(1)); // reclaimed to make room for 4
  it.world.advance(std::chrono::seconds{5});
  CHECK(it.counters().ledger.offered().blocks == 5);
}

TEST_CASE("The writer's queue takes no more than the disk, as fast as it was of late, writes in the time it is given") {
  auto options = small_cache();
  options.writer_queue_blocks = 100;
  options.writer_queue_bytes = 100 * block_bytes;
  options.writer_queue_time = std::chrono::seconds{1};
  cache_world it{options};
  it.world.disk().latency({0, 0, 20 * block_bytes}); // twenty blocks a second
  it.put_and_run(1, 40);
  const auto before = it.counters().ledger.offered().blocks;
  it.put_all(101, 180);
  it.world.deliver();
  const auto queue = it.queue().slots;
  CHECK(queue >= 10); // headers and syncs take disk time, too
  CHECK(queue <= 21);
  CHECK(it.counters().ledger.dropped(stats::drop_reason::evict_full).blocks == 80 - queue);
  CHECK(it.counters().ledger.offered().blocks == before + 80);
  it.world.run();
  CHECK(it.counters().ledger.pending().blocks == 0);

  it.world.disk().latency({0, 0, 2'000 * block_bytes}); // the disk is faster again: the queue grows
  it.put_and_run(201, 280);
  it.put_all(301, 360);
  CHECK(it.queue().slots > 50);
}

TEST_CASE("Failures among writes that end well are none in a row: the next try is soon") {
  auto options = room_for_twelve();
  options.policy = write_policy::through;
  options.idle_clean = std::chrono::milliseconds{200};
  cache_world it{options};
  it.put_and_run(1, 1); // the first segment is there
  it.world.disk().latency({.fixed_ns = 0, .read_bytes_per_second = 0, .write_bytes_per_second = 0});
  for (unsigned round = 0; round < 8; ++round) {
    it.world.files().fail_next(storage::file_operation::write, errc::io);
    for (const auto number : {10 + 2 * round, 11 + 2 * round})
      it.kept.put_async(key(number), bytes_of(number), {}, nullptr);
    it.world.deliver();
    while (it.world.disk().step()) { // both writes end before an actor runs
    }
    it.world.deliver();
  }
  const auto failed = it.counters().ledger.failed(stats::fail_reason::io_error).blocks;
  CHECK(failed == 8);
  CHECK(it.counters().ledger.persisted().blocks >= 9);
  const auto all_written = [&] { return it.now().gauges.dirty.blocks == 0; };
  CHECK(it.world.run_until(all_written, std::chrono::seconds{2}));
}
