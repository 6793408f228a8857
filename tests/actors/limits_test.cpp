#include "tests/actors/actor_fixture.hpp"

#include "storage/segments/segment_record.hpp"

using namespace hearth;
using namespace hearth::testing;
using stats::drop_reason;
using stats::fail_reason;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Limits change while the cache runs, up and down: which blocks leave, how they are counted, what the change causes,
// and what a refused change leaves as it was.

namespace {

const std::uint64_t record_bytes = storage::segment_record_bytes(block_bytes);

result<void> limit_hot(cache_world& it, std::uint64_t blocks) {
  return it.kept.limit({.hot_bytes_max = blocks * block_bytes});
}

cache_options hot_only() {
  auto options = small_cache();
  options.directory.clear();
  return options;
}

/// All blocks go to disk at once; the writer's mailbox is large enough.
cache_options cold_only() {
  auto options = small_cache();
  options.hot_bytes_max = 0;
  options.writer_queue_blocks = 64;
  options.writer_queue_bytes = 256 * block_bytes;
  return options;
}

} // namespace

TEST_CASE("A lower hot limit sends the oldest dirty blocks to the writer, and all stay readable") {
  cache_world it;
  it.put_all(1, 4);
  REQUIRE(limit_hot(it, 1));
  const auto after = it.now();
  CHECK(after.gauges.hot_cache_max_bytes == block_bytes);
  CHECK(after.gauges.hot == stats::amount{1, block_bytes});
  CHECK(after.gauges.dirty.blocks == 1);
  CHECK(after.counters.hot_cache_evictions == 3);
  CHECK(after.counters.ledger.pending() == stats::amount{3, 3 * block_bytes});
  CHECK(it.queue().slots == 3);
  for (unsigned number = 1; number <= 4; ++number)
    CHECK(it.has(number));
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == 3);
  CHECK(it.counters().lost.blocks == 0);
}

TEST_CASE("A hot limit lowered below what a hung disk's writer takes drops the rest, counted as by any eviction") {
  cache_world it{room_for_twelve()};
  it.world.disk().hang(true);
  it.put_all(1, 12);
  REQUIRE(limit_hot(it, 2)); // ten leave, four fit into the writer's mailbox
  const auto after = it.counters();
  CHECK(after.ledger.pending().blocks == 4);
  CHECK(after.ledger.dropped(drop_reason::evict_full) == stats::amount{6, 6 * block_bytes});
  CHECK(after.lost == stats::amount{6, 6 * block_bytes});
  CHECK(it.now().gauges.hot.blocks == 2);
  it.world.disk().hang(false);
  const auto closed = it.kept.close();
  REQUIRE(closed.ok());
  CHECK(closed->left == stats::amount{});
  CHECK(it.counters().ledger.persisted().blocks == 6);
}

TEST_CASE("Blocks that were flushed before the hot limit is lowered cost no write and no block") {
  cache_world it{room_for_twelve()};
  it.put_all(1, 12);
  REQUIRE(it.kept.flush().ok());
  REQUIRE(limit_hot(it, 2));
  CHECK(it.counters().ledger.offered().blocks == 12);
  CHECK(it.counters().lost.blocks == 0);
  for (unsigned number = 1; number <= 12; ++number)
    CHECK(it.has(number));
}

TEST_CASE("A higher hot limit keeps what is there and takes more, without a cold tier too") {
  cache_world it{hot_only()};
  it.put_all(1, 4);
  REQUIRE(limit_hot(it, 8));
  it.put_all(5, 8);
  CHECK(it.counters().hot_cache_evictions == 0);
  CHECK(it.now().gauges.hot_cache_max_bytes == 8 * block_bytes);
  REQUIRE(limit_hot(it, 1));
  CHECK(it.counters().hot_cache_evictions == 7);
  CHECK(it.has(8));
  CHECK(it.kept.put(key(9), payload(9, block_bytes + 1)).code() == errc::too_large);
  CHECK(it.counters().ledger.offered().blocks == 0);
}

TEST_CASE("What was handed out stays as it is when the hot tier is taken away, and the cold tier goes on alone") {
  cache_world it;
  it.put_all(1, 4);
  const auto lease = it.kept.get(key(1));
  REQUIRE(lease.ok());
  REQUIRE(limit_hot(it, 0));
  CHECK(it.now().gauges.hot.blocks == 0);
  it.world.run();
  REQUIRE(*it.kept.erase(key(1)));
  CHECK(same(*lease, bytes_of(1)));
  it.put_all(5, 6);
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == 6);
  REQUIRE(limit_hot(it, 4));
  CHECK(it.has(5)); // promoted
  CHECK(it.now().gauges.hot.blocks == 1);
}

TEST_CASE("The preflight knows the hot limit as it is now") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 8); // the writer's mailbox is full, and no hot block is clean
  bool produced = false;
  const auto produce = [&] { return produced = true, result<buffer>{bytes_of(9)}; };
  CHECK(it.kept.put(key(9), block_bytes, produce).code() == errc::overloaded);
  CHECK_FALSE(produced);
  REQUIRE(limit_hot(it, 5));
  CHECK(it.kept.put(key(9), block_bytes, produce).ok());
  CHECK(produced);
  REQUIRE(it.kept.limit({.hot_bytes_max = block_bytes / 2}));
  produced = false;
  CHECK(it.kept.put(key(10), block_bytes, produce).code() == errc::overloaded);
  CHECK_FALSE(produced);
  it.world.disk().hang(false);
}

TEST_CASE("In write-through a lower hot limit costs nothing that was written, and offers again what could not be") {
  auto options = room_for_twelve();
  options.policy = write_policy::through;
  cache_world it{options};
  it.world.disk().hang(true);
  it.put_all(1, 6); // 5 and 6 are late_full: hot and dirty
  REQUIRE(it.dropped(drop_reason::late_full) == 2);
  REQUIRE(limit_hot(it, 2));
  CHECK(it.dropped(drop_reason::evict_full) == 0); // 1 to 4 are pending: they leave without a drop
  CHECK(it.has(1));
  it.world.disk().hang(false);
  it.world.run();
  REQUIRE(limit_hot(it, 0));
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == 6);
  CHECK(it.counters().lost.blocks == 0);
}

TEST_CASE("A lower cold limit gives room back, oldest first, and a higher one is used") {
  auto options = cold_only();
  cache_world it{options};
  for (unsigned number = 1; number <= 200; ++number) {
    REQUIRE(it.put(number).ok());
    it.world.run();
  }
  REQUIRE(it.now().gauges.cold.blocks == 200);
  const std::uint64_t lower = 1 << 20;
  REQUIRE(it.kept.limit({.cold_bytes_max = lower}));
  CHECK(it.now().gauges.max_size_bytes == lower); // before any I/O
  CHECK(it.now().gauges.configured_max_size_bytes == lower);
  it.world.run();
  const auto less = it.now();
  CHECK(less.gauges.total_size_bytes <= lower);
  CHECK(less.gauges.cold.blocks > 0);
  CHECK(less.counters.evictions == 200 - less.gauges.cold.blocks);
  CHECK(it.has(200));
  CHECK_FALSE(it.has(1));

  REQUIRE(it.kept.limit({.cold_bytes_max = options.cold_bytes_max}));
  for (unsigned number = 201; number <= 300; ++number) {
    REQUIRE(it.put(number).ok());
    it.world.run();
  }
  CHECK(it.now().gauges.cold.blocks == less.gauges.cold.blocks + 100);
}

TEST_CASE("Hot blocks whose cold copies went with a lower limit are dirty again") {
  auto options = room_for_twelve();
  options.advanced.segment_bytes = record_bytes;
  cache_world it{options};
  it.put_all(1, 12);
  REQUIRE(it.kept.flush().ok());
  REQUIRE(it.now().gauges.dirty.blocks == 0);
  REQUIRE(it.kept.limit({.cold_bytes_max = with_cold_room(options, 8).cold_bytes_max}));
  it.world.run();
  const auto after = it.now();
  CHECK(after.counters.evictions == 4);
  CHECK(after.gauges.dirty.blocks == 4);
  CHECK(after.gauges.hot.blocks == 12);
}

TEST_CASE("A cold limit lowered under writes that wait leaves none of them uncounted") {
  auto options = small_cache();
  const bool room_for_one = GENERATE(false, true); // of one block
  if (room_for_one)
    options.advanced.segment_bytes = record_bytes;
  options.advanced.writes_in_flight = 1;
  cache_world it{options};
  it.world.disk().hang(true);
  it.put_all(1, 1);
  const auto large = payload(5, 3 * block_bytes);
  REQUIRE(it.kept.put(key(5), large).ok());
  REQUIRE(limit_hot(it, 0));
  REQUIRE(it.counters().ledger.pending().blocks == 2);
  const std::uint64_t tight = room_for_one ? with_cold_room(options, 1).cold_bytes_max : 600 << 10;
  REQUIRE(it.kept.limit({.cold_bytes_max = tight}));
  it.world.disk().hang(false);
  it.world.run();
  const auto after = it.counters();
  CHECK(after.ledger.pending() == stats::amount{});
  CHECK(after.ledger.persisted().blocks + after.ledger.failed().blocks == 2);
  CHECK(after.ledger.failed() == after.ledger.failed(fail_reason::no_space));
  CHECK(it.now().gauges.total_size_bytes <= tight);
  if (room_for_one) { // the block was accepted, and can never fit now
    CHECK(after.ledger.failed(fail_reason::no_space).bytes == 3 * block_bytes);
    CHECK(after.lost.bytes == 3 * block_bytes);
  }
}

TEST_CASE("A refused change changes neither tier, and says which field, what was found and what is expected") {
  cache_world it;
  it.put_all(1, 4);
  const auto before = it.now().gauges;
  const auto refused = [&](const tier_limits& wanted, const std::string& start) {
    const auto end = it.kept.limit(wanted);
    CHECK(end.code() == errc::invalid_argument);
    CHECK(end.error().context.starts_with(start + ", expected "));
  };
  refused({.hot_bytes_max = block_bytes, .cold_bytes_max = 0}, "cold_bytes_max: found 0");
  refused({.hot_bytes_max = block_bytes, .cold_bytes_max = 8192}, "cold_bytes_max: found 8192");
  refused({.hot_bytes_max = block_bytes, .cold_bytes_max = tier_bytes_limit + 1},
          "cold_bytes_max: found " + std::to_string(tier_bytes_limit + 1));
  refused({.hot_bytes_max = tier_bytes_limit + 1, .cold_bytes_max = 2 << 20},
          "hot_bytes_max: found " + std::to_string(tier_bytes_limit + 1));
  const auto after = it.now();
  CHECK(after.gauges.hot_cache_max_bytes == before.hot_cache_max_bytes);
  CHECK(after.gauges.max_size_bytes == before.max_size_bytes);
  CHECK(after.gauges.configured_max_size_bytes == before.configured_max_size_bytes);
  CHECK(after.gauges.hot.blocks == 4);
  CHECK(after.counters.ledger.offered().blocks == 0);
}

TEST_CASE("Without a cold tier there is no cold limit, and no cache without a hot one") {
  cache_world it{hot_only()};
  it.put_all(1, 4);
  const auto cold = it.kept.limit({.hot_bytes_max = block_bytes, .cold_bytes_max = 1 << 20});
  CHECK(cold.code() == errc::invalid_argument);
  CHECK(cold.error().context.starts_with("cold_bytes_max: found 1048576, expected none"));
  const auto hot = limit_hot(it, 0);
  CHECK(hot.code() == errc::invalid_argument);
  CHECK(hot.error().context.starts_with("hot_bytes_max: found 0, expected 1 to "));
  CHECK(it.now().gauges.hot.blocks == 4);
}

TEST_CASE("New limits outlive the actors, and a snapshot tells them even when the cache has died") {
  cache_world it;
  it.put_all(1, 4);
  REQUIRE(it.kept.limit({.hot_bytes_max = 2 * block_bytes, .cold_bytes_max = 2 << 20}));
  const auto& registry = *it.kept.actors().registry;
  caf::anon_send_exit(registry.writer(), caf::exit_reason::kill);
  caf::anon_send_exit(registry.reader(), caf::exit_reason::kill);
  caf::anon_send_exit(registry.stats(), caf::exit_reason::kill);
  it.world.advance(seconds{1});
  const auto check = [&] {
    const auto level = it.now().gauges;
    CHECK(level.hot_cache_max_bytes == 2 * block_bytes);
    CHECK(level.max_size_bytes == 2 << 20);
    CHECK(level.configured_max_size_bytes == 2 << 20);
  };
  check();
  it.put_all(5, 8);
  CHECK(it.now().gauges.hot.blocks == 2);
  caf::anon_send_exit(it.kept.actors().hot_cache.actor, caf::exit_reason::kill);
  it.world.deliver();
  CHECK(limit_hot(it, 4).code() == errc::closed);
  check();
}

TEST_CASE(
    "A hot limit lowered while a dead writer is replaced counts what leaves as failed, and takes the rest along") {
  cache_world it{room_for_twelve()};
  it.put_all(1, 6);
  REQUIRE(it.kept.flush().ok());
  it.put_all(7, 10);
  caf::anon_send_exit(it.kept.actors().registry->writer(), caf::exit_reason::kill);
  it.world.deliver();
  REQUIRE(limit_hot(it, 4)); // the clean blocks leave
  CHECK(it.counters().lost.blocks == 0);
  REQUIRE(limit_hot(it, 3));
  CHECK(it.counters().ledger.failed(fail_reason::writer_died).blocks == 1);
  CHECK(it.counters().lost.blocks == 1);
  it.world.advance(seconds{1});
  CHECK(it.kept.flush()->left == stats::amount{});
}

TEST_CASE("Limits may change beside a flush: it ends, and knows what became of every block") {
  auto options = room_for_twelve();
  options.advanced.writes_in_flight = 1;
  cache_world it{options};
  it.put_all(1, 12);
  std::optional<flush_report> report;
  it.kept.flush_async(seconds{30}, [&](const result<flush_report>& end) { report = end.value(); });
  it.world.deliver(); // four are in flight
  const bool lower = GENERATE(true, false);
  REQUIRE(it.kept.limit({.hot_bytes_max = (lower ? 2 : 24) * block_bytes, .cold_bytes_max = 2 << 20}));
  it.world.advance(seconds{1});
  REQUIRE(report);
  CHECK(report->synced);
  CHECK(report->left == stats::amount{});
  CHECK(report->written.blocks + it.dropped(drop_reason::evict_full) == 12);
  CHECK(it.dropped(drop_reason::evict_full) == (lower ? 6 : 0));
  CHECK(it.counters().lost.blocks == it.dropped(drop_reason::evict_full));
}

TEST_CASE("A block the cold tier had no room for is written by idle cleaning once its limit is raised") {
  auto options = with_cold_room(small_cache(), 1);
  options.idle_clean = milliseconds{200};
  cache_world it{options};
  REQUIRE(it.kept.put(key(1), payload(1, 3 * block_bytes)).ok());
  it.world.advance(seconds{10});
  REQUIRE(it.now().gauges.dirty.blocks == 1);
  REQUIRE(it.kept.limit({.cold_bytes_max = 1 << 20}));
  it.world.advance(seconds{1});
  CHECK(it.now().gauges.dirty.blocks == 0);
  CHECK(it.counters().ledger.persisted().blocks == 1);
}

TEST_CASE("An automatic lease_bytes_max follows the hot limit, one that was set stays") {
  constexpr std::uint64_t mebibyte = 1 << 20;
  auto options = hot_only();
  options.hot_bytes_max = 128 * mebibyte;
  const bool set = GENERATE(false, true);
  options.lease_bytes_max = set ? 32 * mebibyte : 0;
  cache_world it{options};
  const auto shared = payload(1, 16 * mebibyte);
  std::vector<block_key> chain;
  for (unsigned number = 1; number <= 8; ++number) {
    chain.push_back(key(number));
    REQUIRE(it.kept.put(chain.back(), shared).ok());
  }
  const auto handed_out = [&] { return it.kept.get_prefix(chain).value().blocks.size(); };
  CHECK(handed_out() == (set ? 2 : 4)); // half of the hot limit
  REQUIRE(it.kept.limit({.hot_bytes_max = 192 * mebibyte}));
  CHECK(handed_out() == (set ? 2 : 6));
}

TEST_CASE("A change of limits finds the kept slots of a full mailbox, and is refused if even those are taken") {
  auto options = small_cache();
  options.advanced.hot_cache_mailbox = 4; // one of these is reserved
  cache_world it{options};
  it.put_all(1, 5);
  it.world.run();
  it.world.disk().hang(true);
  for (int reads = 0; reads < 3; ++reads)
    it.kept.get_async(key(1), {}, nullptr); // cold: keeps its slot
  it.world.deliver();
  CHECK(it.put(6).code() == errc::overloaded);
  CHECK(limit_hot(it, 3).ok());
  it.kept.flush_async(seconds{30}, nullptr); // waits for the disk in the last slot
  it.world.deliver();
  CHECK(limit_hot(it, 2).code() == errc::overloaded);
  CHECK(it.now().gauges.hot_cache_max_bytes == 3 * block_bytes);
  it.world.disk().hang(false);
}
