#include "tests/actors/actor_fixture.hpp"

using namespace hearth;
using namespace hearth::testing;
using stats::drop_reason;

TEST_CASE("Closing with a queue of four and twelve dirty blocks loses none") {
  actor_world world;
  auto options = small_cache();
  options.hot_bytes_max = 12 * block_bytes;
  {
    auto kept = world.open(options).value();
    for (unsigned number = 1; number <= 12; ++number)
      REQUIRE(kept.put(key(number), bytes_of(number)).ok());
    const auto report = kept.close();
    REQUIRE(report.ok());
    CHECK(report->written == stats::amount{12, 12 * block_bytes});
    CHECK(report->left == stats::amount{});
    const auto after = kept.stats();
    REQUIRE(after.ok());
    CHECK(after->whole.counters.ledger.ssd_write_drops() == 0);
    CHECK(after->whole.counters.ledger.persisted().blocks == 12);
    CHECK(kept.put(key(13), bytes_of(13)).code() == errc::closed);
    CHECK(kept.close().code() == errc::closed);
    CHECK(kept.name_space("another").code() == errc::closed);
  }
  auto again = world.open(options).value();
  for (unsigned number = 1; number <= 12; ++number)
    CHECK(same(again.get(key(number)).value(), bytes_of(number)));
}

TEST_CASE("Closing over a disk that hangs returns at its deadline and says what was left") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 6);
  const auto before = it.world.now();
  const auto report = it.kept.close(std::chrono::milliseconds{700});
  REQUIRE(report.ok());
  CHECK(it.world.now() - before <= std::chrono::milliseconds{701});
  CHECK(report->left == stats::amount{6, 6 * block_bytes});
  const auto counters = it.counters();
  CHECK(counters.ledger.dropped(drop_reason::closing) == stats::amount{6, 6 * block_bytes});
  CHECK(counters.ledger.pending() == stats::amount{});
  CHECK(counters.lost == stats::amount{6, 6 * block_bytes});
}

TEST_CASE("A restart finds the blocks in the order of their last use") {
  actor_world world;
  const auto options = with_cold_room(small_cache(), 6);
  {
    auto kept = world.open(options).value();
    for (unsigned number = 1; number <= 6; ++number)
      REQUIRE(kept.put(key(number), bytes_of(number)).ok());
    REQUIRE(kept.flush().ok());
    REQUIRE(kept.get(key(1)).ok()); // cold: the oldest written, the last used
    REQUIRE(kept.close().ok());
  }
  auto again = world.open(options).value();
  for (unsigned number = 11; number <= 15; ++number)
    REQUIRE(again.put(key(number), bytes_of(number)).ok());
  world.run(); // 11 has evicted the least recently used block
  CHECK(*again.contains(key(1)));
  CHECK_FALSE(*again.contains(key(2)));
}

TEST_CASE("A second cache on the same directory is told who has it") {
  cache_world it;
  const auto second = it.world.open(small_cache());
  REQUIRE_FALSE(second.ok());
  CHECK(second.code() == errc::busy);
  CHECK(second.error().context.find("/cache") != std::string::npos);
}

TEST_CASE("A missing directory is an error, or memory only if the options say so") {
  actor_world world;
  auto options = small_cache();
  options.directory = "/nowhere";
  CHECK(world.open(options).code() == errc::not_found);
  options.ram_only_if_missing = true;
  auto kept = world.open(options).value();
  for (unsigned number = 1; number <= 5; ++number)
    REQUIRE(kept.put(key(number), bytes_of(number)).ok());
  CHECK(kept.get(key(1)).code() == errc::not_found); // evicted, without other effects
  CHECK(kept.get(key(5)).ok());
  const auto after = kept.stats();
  REQUIRE(after.ok());
  CHECK(after->whole.counters.ledger.offered().blocks == 0);
  CHECK(after->whole.counters.hot_cache_evictions == 1);
  CHECK(after->whole.counters.lost.blocks == 0);
}

TEST_CASE("Settings out of range are refused by name, with what was found and what is allowed") {
  actor_world world;
  auto options = small_cache();
  options.namespaces_max = 1'025;
  const auto refused = world.open(options);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.code() == errc::invalid_argument);
  CHECK(refused.error().context == "namespaces_max: found 1025, expected 1 to 1024");
  options = small_cache();
  options.request_timeout = std::chrono::milliseconds{-5};
  CHECK(world.open(options).error().context == "request_timeout: found -5 ms, expected 1 to 86400000");
  options = small_cache();
  options.cold_bytes_max = 1000;
  CHECK(world.open(options).error().context == "cold_bytes_max: found 1000, expected 40961 to 1125899906842624");
}

TEST_CASE("A sync that fails is an error of the flush and of the close, and is counted") {
  cache_world it;
  it.put_all(1, 1);
  REQUIRE(it.kept.flush().ok());
  it.put_all(2, 2);
  it.world.files().fail_next(storage::file_operation::sync, errc::io);
  CHECK(it.kept.flush().code() == errc::io);
  CHECK(it.counters().errors == 1);
  it.world.files().fail_next(storage::file_operation::sync, errc::io);
  CHECK(it.kept.close().code() == errc::io);
  CHECK(it.counters().errors == 2);
  CHECK(it.counters().ledger.persisted().blocks == 2);
}

TEST_CASE("A flush says whether the disk has synced") {
  cache_world it;
  it.put_all(1, 2);
  const auto whole = it.kept.flush();
  REQUIRE(whole.ok());
  CHECK(whole->synced);
  std::optional<flush_report> late;
  it.kept.flush_async(std::chrono::milliseconds{500},
                      [&](const result<flush_report>& report) { late = report.value(); });
  it.world.disk().hang(true);
  it.world.advance(std::chrono::seconds{1});
  REQUIRE(late);
  CHECK(late->left == stats::amount{});
  CHECK_FALSE(late->synced);
}

TEST_CASE("A cache that was closed is gone at once: nobody is waited for") {
  actor_world world;
  std::optional<cache> kept{world.open(small_cache()).value()};
  REQUIRE(kept->put(key(1), bytes_of(1)).ok());
  CHECK(kept->get(key(1)).ok());
  REQUIRE(kept->close().ok());
  const auto before = world.now();
  kept.reset();
  CHECK(world.now() == before);
}
