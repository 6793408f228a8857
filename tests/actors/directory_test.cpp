#include "actors/host/cache_impl.hpp"
#include "tests/actors/actor_fixture.hpp"

using namespace hearth;
using namespace hearth::testing;
using stats::cold_state;
using stats::drop_reason;
using stats::fail_reason;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The directory of the cold tier disappears while the cache runs, and returns.

namespace {

struct vanishing_world : cache_world {
  explicit vanishing_world(const cache_options& options = small_cache(), world_parts parts = {})
      : cache_world(options, std::move(parts)) {}

  void away() { world.files().move_directory("/cache", "/away"); }
  void back() { world.files().move_directory("/away", "/cache"); }
  /// Time to notice the loss, or to return after the longest back-off.
  void notice() { world.advance(seconds{12}); }
  cold_state state() { return now().gauges.cold_state; }

  /// Blocks 1 to 4 are cold only, 5 to 8 hot and cold; all are durable.
  void fill() {
    put_all(1, 8);
    REQUIRE(kept.flush(seconds{10})->left == stats::amount{});
    REQUIRE(now().gauges.cold.blocks == 8);
  }
};

} // namespace

TEST_CASE("When the directory vanishes the cache says so, serves what is hot, and counts what is lost") {
  vanishing_world it;
  CHECK(it.state() == cold_state::attached);
  it.fill();
  it.away();
  it.notice();
  CHECK(it.state() == cold_state::detached);
  const auto then = it.now();
  CHECK(then.counters.lost == stats::amount{4, 4 * block_bytes});
  CHECK(then.gauges.dirty == stats::amount{4, 4 * block_bytes});
  CHECK(then.gauges.cold == stats::amount{});
  CHECK(then.gauges.total_size_bytes == 0);
  CHECK(then.counters.ledger.persisted().blocks == 8);
  CHECK(then.counters.evictions == 0);
  for (unsigned number = 1; number <= 8; ++number)
    CHECK(it.has(number) == (number > 4));
  CHECK(it.now().counters.misses == 4);
}

TEST_CASE("What is lost with the directory is counted in the namespace that it belonged to") {
  vanishing_world it;
  const auto other = it.kept.name_space("other").value();
  for (unsigned number = 1; number <= 3; ++number)
    REQUIRE(it.kept.put(key(number), bytes_of(number), {.name_space = other}).ok());
  it.put_all(4, 8); // 1 to 4 leave the hot tier
  REQUIRE(it.kept.flush(seconds{10}).ok());
  it.away();
  it.notice();
  CHECK(it.kept.stats("other")->whole.counters.lost.blocks == 3);
  CHECK(it.kept.stats("default")->whole.counters.lost.blocks == 1);
}

TEST_CASE("While the directory is away puts are kept in memory, and what leaves it is no drop and no loss") {
  vanishing_world it;
  it.fill();
  it.away();
  it.notice();
  const auto before = it.counters();
  it.put_all(11, 16);
  it.world.advance(seconds{3});
  const auto after = it.counters();
  CHECK(after.ledger == before.ledger);
  CHECK(after.lost == before.lost);
  CHECK(after.hot_cache_evictions == before.hot_cache_evictions + 6);
  for (unsigned number = 11; number <= 16; ++number)
    CHECK(it.has(number) == (number > 12));
  const auto refused = it.kept.put(key(50), payload(50, 5 * block_bytes));
  CHECK(refused.code() == errc::overloaded);
  CHECK(it.kept.limit({.cold_bytes_max = 8 << 20}).code() == errc::io);
}

TEST_CASE("A directory that comes back is taken again, and what is in it can be read") {
  vanishing_world it;
  it.fill();
  it.away();
  it.notice();
  it.put_all(11, 12); // 5 and 6 leave
  it.back();
  it.notice();
  CHECK(it.state() == cold_state::attached);
  CHECK(it.now().gauges.cold.blocks == 8);
  CHECK(it.now().gauges.dirty.blocks == 2);
  for (unsigned number = 1; number <= 8; ++number)
    CHECK(it.has(number));
  it.put_all(13, 16);
  REQUIRE(it.kept.flush(seconds{10})->left == stats::amount{});
  for (const unsigned number : {11, 12, 13, 16})
    CHECK(it.has(number));
  CHECK(it.counters().lost.blocks == 4);
}

TEST_CASE("A new empty directory in its place is taken into use") {
  vanishing_world it;
  it.fill();
  it.away();
  it.notice();
  REQUIRE(it.world.files().create_directory("/cache"));
  it.notice();
  CHECK(it.state() == cold_state::attached);
  CHECK(it.now().gauges.cold.blocks == 0);
  REQUIRE(it.kept.flush(seconds{10})->left == stats::amount{}); // the blocks that stayed hot
  CHECK(it.now().gauges.cold.blocks == 4);
  CHECK_FALSE(it.has(1));
  CHECK(it.has(5));
}

TEST_CASE("What is erased or put anew while the directory is away is not seen as it was before") {
  vanishing_world it;
  it.fill();
  it.away();
  it.notice();
  REQUIRE(it.kept.erase(key(5)).ok());
  REQUIRE(it.kept.erase(key(1)).ok()); // the block is absent now
  REQUIRE(it.kept.put(key(2), payload(77, 2 * block_bytes)).ok());
  REQUIRE(it.kept.put(key(3), payload(78, block_bytes)).ok());
  it.put_all(11, 14); // 2 and 3 leave the hot tier; they have no other copy
  it.back();
  it.notice();
  REQUIRE(it.state() == cold_state::attached);
  for (const unsigned number : {1, 2, 3, 5})
    CHECK_FALSE(*it.kept.contains(key(number)));
  for (const unsigned number : {4, 6, 7, 8})
    CHECK(it.has(number));
}

TEST_CASE("A block put anew is not seen as it was before it was reclaimed, when the directory comes back with that") {
  std::shared_ptr<late_disk> disk;
  auto options = cold_stays_put();
  options.sync_every = milliseconds{0};
  options.sync_bytes = 0;
  vanishing_world it{options, on_late_disk(disk)};
  it.put_and_run(1, 10);
  REQUIRE(it.kept.flush(seconds{10})->synced);
  disk->hold_next_read(); // so that its segment is reclaimed but not overwritten
  it.kept.get_async(key(2), {}, [](const result<buffer>&) {});
  it.world.run();
  for (auto number = 11u; *it.kept.contains(key(1)) && number < 2'000; ++number)
    it.put_and_run(number, number);
  REQUIRE_FALSE(*it.kept.contains(key(1)));
  REQUIRE(*it.kept.put(key(1), payload(1'001, block_bytes)) == put_outcome::stored);
  it.away();
  it.notice();
  disk->tell();
  it.world.run();
  it.back();
  it.notice();
  REQUIRE(it.state() == cold_state::attached);
  CHECK(same(it.kept.get(key(1)).value(), payload(1'001, block_bytes)));
  it.put_and_run(3'001, 3'008); // it leaves the hot tier
  const auto found = it.kept.get(key(1));
  REQUIRE(found.ok());
  CHECK(same(*found, payload(1'001, block_bytes)));
}

TEST_CASE("Writes under way when the directory vanishes end once, and what is lost with them stays away") {
  auto options = small_cache();
  options.writer_queue_blocks = 8;
  vanishing_world it{options};
  it.fill();
  it.world.disk().hang(true);
  it.put_all(11, 16); // the older hot blocks leave, then two of these: they are pending
  const auto before = it.counters().ledger;
  REQUIRE(before.pending().blocks == 2);
  it.away();
  it.world.disk().hang(false);
  it.notice();
  REQUIRE(it.state() == cold_state::detached);
  const auto after = it.counters();
  CHECK(after.ledger.pending().blocks == 0);
  CHECK(after.ledger.offered() == before.offered());
  const auto ended =
      after.ledger.persisted().blocks - before.persisted().blocks + after.ledger.failed(fail_reason::io_error).blocks;
  CHECK(ended == 2);
  CHECK(after.lost.blocks == 8 + 2);
  CHECK(it.queue().slots == 0);
  CHECK_FALSE(it.has(11));
  it.back();
  it.notice();
  REQUIRE(it.state() == cold_state::attached);
  CHECK(it.has(1));
  for (unsigned number = 13; number <= 16; ++number)
    CHECK(it.has(number));
  CHECK(it.counters().ledger.balanced());
}

TEST_CASE("A flush while the directory is away ends at its deadline with what is left, or well if it comes back") {
  vanishing_world it;
  it.fill();
  it.away();
  it.notice();
  const auto before = it.world.now();
  const auto late = it.kept.flush(seconds{5});
  REQUIRE(late.ok());
  CHECK(late->left == stats::amount{4, 4 * block_bytes});
  CHECK_FALSE(late->synced);
  CHECK(it.world.now() - before >= seconds{5});
  it.back();
  const auto well = it.kept.flush(seconds{30});
  REQUIRE(well.ok());
  CHECK(well->left == stats::amount{});
  CHECK(well->synced);
}

TEST_CASE("A close while the directory is away ends at its deadline, and gives up what is left") {
  auto options = small_cache();
  options.close_timeout = seconds{5};
  vanishing_world it{options};
  it.fill();
  it.away();
  it.notice();
  it.put_all(11, 11);
  const auto report = it.kept.close();
  REQUIRE(report.ok());
  CHECK(report->left == stats::amount{4, 4 * block_bytes});
  CHECK_FALSE(report->synced);
}

TEST_CASE("A close while the directory is away ends at once if nothing is left to write") {
  auto options = small_cache();
  options.close_timeout = seconds{30};
  vanishing_world it{options};
  it.fill();
  it.away();
  it.notice();
  REQUIRE(it.kept.clear().ok());
  const auto before = it.world.now();
  const auto report = it.kept.close();
  REQUIRE(report.ok());
  CHECK(report->left == stats::amount{});
  CHECK(it.world.now() - before < seconds{1});
}

TEST_CASE("While the directory is away the preflight asks for room in memory only") {
  vanishing_world it;
  it.fill();
  it.away();
  it.notice();
  REQUIRE(it.state() == cold_state::detached);
  it.put_all(11, 14); // no block of the hot tier can be evicted without a write
  const auto held =
      messages::admit(it.kept.actors().writer_gate, {4, 0}); // as if held by earlier writes, on a disk that hangs
  REQUIRE(held);
  bool called = false;
  const auto make = [&](unsigned number, std::size_t bytes) {
    return it.kept.put(key(number), bytes, [&, number, bytes]() -> result<buffer> {
      called = true;
      return payload(number, bytes);
    });
  };
  CHECK(make(21, block_bytes).value() == put_outcome::stored);
  CHECK(std::exchange(called, false));
  CHECK(it.has(21));
  const auto big = make(22, 5 * block_bytes); // larger than the hot tier
  CHECK(big.code() == errc::overloaded);
  CHECK_FALSE(called);
  CHECK(it.dropped(drop_reason::preflight_full) == 0);
}

TEST_CASE("A cache without a cold tier says so") {
  auto options = small_cache();
  options.directory.clear();
  options.cold_bytes_max = 0;
  cache_world it{options};
  CHECK(it.now().gauges.cold_state == cold_state::none);
}

TEST_CASE("The wall clock decides over no deadline, time-out or back-off") {
  actor_world world;
  std::int64_t wall = 1'000'000'000'000;
  auto options = small_cache();
  auto kept = open_cache(world.system(), options,
                         {{&world.files(), [](auto*) {}},
                          {&world.disk(), [](auto*) {}},
                          [&wall] { return wall; },
                          [&](const std::function<bool()>& done, std::chrono::nanoseconds timeout) {
                            wall = wall > 0 ? -wall : 1000 - wall; // moves the wall clock back and forth by hours
                            return world.run_until(done, timeout);
                          }})
                  .value();
  for (unsigned number = 1; number <= 8; ++number)
    REQUIRE(kept.put(key(number), bytes_of(number)).ok());
  REQUIRE(kept.flush(seconds{10})->synced);
  world.disk().hang(true);
  REQUIRE(kept.put(key(9), bytes_of(9)).ok());
  const auto before = world.now();
  const auto late = kept.flush(seconds{5});
  CHECK(late->left.blocks == 1);
  CHECK(world.now() - before >= seconds{5});
  CHECK(world.now() - before < seconds{6});
  world.disk().hang(false);
  REQUIRE(kept.flush(seconds{10})->left == stats::amount{});
  for (unsigned number = 1; number <= 9; ++number)
    CHECK(same(kept.get(key(number)).value(), bytes_of(number)));
}

TEST_CASE("A clock that leaps far ahead ends what waits once, and nothing that is kept expires") {
  vanishing_world it;
  it.fill();
  it.world.advance(std::chrono::hours{1});
  CHECK(it.state() == cold_state::attached);
  for (unsigned number = 1; number <= 8; ++number)
    CHECK(it.has(number));
  it.put_all(11, 11);
  const auto report = it.kept.flush(seconds{10});
  REQUIRE(report.ok());
  CHECK(report->left == stats::amount{});
}
