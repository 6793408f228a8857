#include "tests/actors/actor_fixture.hpp"

using namespace hearth;
using namespace hearth::testing;
using stats::drop_reason;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Write-through, cold only and hot only; changed modes after a restart; and a restart on a damaged directory.

namespace {

cache_options write_through() {
  auto options = small_cache();
  options.policy = write_policy::through;
  return options;
}

cache_options cold_only() {
  auto options = small_cache();
  options.hot_bytes_max = 0;
  return options;
}

cache_options hot_only() {
  auto options = small_cache();
  options.directory.clear();
  return options;
}

void write_at(actor_world& world, const std::string& path, std::uint64_t offset, std::size_t bytes) {
  const auto opened = world.files().open(path, storage::open_mode::create);
  REQUIRE(opened.ok());
  const std::vector<std::byte> noise(bytes, std::byte{0x5a});
  const std::span<const std::byte> part{noise};
  REQUIRE((*opened)->write(offset, {&part, 1}).ok());
}

} // namespace

TEST_CASE("Write-through offers each block at once, and it stays hot and becomes clean") {
  cache_world it{write_through()};
  it.put_all(1, 3);
  CHECK(it.counters().ledger.offered().blocks == 3);
  it.world.run();
  const auto after = it.now();
  CHECK(after.counters.ledger.persisted().blocks == 3);
  CHECK(after.gauges.hot.blocks == 3);
  CHECK(after.gauges.dirty.blocks == 0);
  CHECK(after.gauges.cold.blocks == 3);
  CHECK(it.has(1));
  CHECK(it.counters().hot_cache_hits == 1);
}

TEST_CASE("Without a hot tier each block goes to disk, readable from the first moment, and nothing is kept in memory") {
  cache_world it{cold_only()};
  it.put_all(1, 4);
  CHECK(it.has(1)); // pending
  CHECK(it.counters().pending_hits == 1);
  it.world.run();
  CHECK(it.has(1));
  const auto after = it.now();
  CHECK(after.counters.cold_hits == 1);
  CHECK(after.counters.hot_cache_promotions == 0);
  CHECK(after.gauges.hot.blocks == 0);
  CHECK(after.gauges.cold.blocks == 4);
}

TEST_CASE("Without a cold tier nothing is offered, whatever leaves, and flush and close have nothing to do") {
  cache_world it{hot_only()};
  it.put_all(1, 9);
  CHECK(it.has(9));
  CHECK_FALSE(it.has(1));
  const auto flushed = it.kept.flush();
  REQUIRE(flushed.ok());
  CHECK(flushed->left == stats::amount{});
  CHECK_FALSE(flushed->synced);
  const auto after = it.counters();
  CHECK(after.ledger.offered() == stats::amount{});
  CHECK(after.hot_cache_evictions == 5);
  CHECK(it.kept.close().ok());
}

TEST_CASE("A cache opened again in another mode finds what is on disk") {
  actor_world world;
  const auto first = GENERATE(0, 1, 2);
  const auto second = GENERATE(0, 1, 2);
  const cache_options modes[] = {small_cache(), write_through(), cold_only()};
  {
    auto kept = world.open(modes[first]).value();
    for (unsigned number = 1; number <= 4; ++number)
      REQUIRE(kept.put(key(number), bytes_of(number)).ok());
    REQUIRE(kept.close().ok());
  }
  auto again = world.open(modes[second]).value();
  for (unsigned number = 1; number <= 4; ++number)
    CHECK(same(again.get(key(number)).value(), bytes_of(number)));
  CHECK(again.put(key(1), bytes_of(1)).value() == put_outcome::refreshed);
  world.run();
  CHECK(again.stats()->whole.counters.ledger.persisted().blocks == 0); // the block was present
}

TEST_CASE("A flush over a disk that hangs returns at its deadline, and the next one writes what is left") {
  cache_world it;
  it.put_all(1, 4);
  it.world.disk().hang(true);
  const auto before = it.world.now();
  const auto late = it.kept.flush(milliseconds{300});
  REQUIRE(late.ok());
  CHECK(it.world.now() - before <= milliseconds{301});
  CHECK(late->left == stats::amount{4, 4 * block_bytes});
  CHECK_FALSE(late->synced);
  it.world.disk().hang(false);
  const auto next = it.kept.flush();
  REQUIRE(next.ok());
  CHECK(next->left == stats::amount{});
  CHECK(next->synced);
  CHECK(it.counters().ledger.persisted().blocks == 4);
}

TEST_CASE("A block that was overwritten or truncated is a counted miss: while the cache runs, and after a restart") {
  actor_world world;
  const auto options = cold_only();
  const bool restart = GENERATE(false, true);
  std::optional<cache> kept{world.open(options).value()};
  REQUIRE(kept->put(key(1), bytes_of(1)).ok());
  REQUIRE(kept->flush().ok());
  if (restart)
    kept.reset();
  else
    damage_segments(world, 6000);
  if (restart) {
    // Truncates the segment to a header and half of the payload, as an incomplete copy would.
    const std::string path = "/cache/segments/00000000.segment";
    const auto whole = world.files().open(path, storage::open_mode::read);
    REQUIRE(whole.ok());
    std::vector<std::byte> start(6000);
    REQUIRE((*whole)->read(0, start).ok());
    REQUIRE(world.files().remove(path).ok());
    const auto torn = world.files().open(path, storage::open_mode::create);
    REQUIRE(torn.ok());
    const std::span<const std::byte> part{start};
    REQUIRE((*torn)->write(0, {&part, 1}).ok());
  }
  if (restart)
    kept.emplace(world.open(options).value());
  CHECK(kept->get(key(1)).code() == errc::not_found);
  const auto after = kept->stats()->whole;
  CHECK(after.counters.misses == 1);
  CHECK(after.counters.errors == 1); // from the read, or from recovery, which has removed the block already
  CHECK(after.gauges.cold.blocks == 0);
  REQUIRE(kept->put(key(1), bytes_of(1)).value() == put_outcome::stored);
  world.run();
  CHECK(same(kept->get(key(1)).value(), bytes_of(1)));
}

TEST_CASE("Foreign files in the directory are neither read nor removed") {
  actor_world world;
  const auto options = small_cache();
  { REQUIRE(world.open(options)->put(key(1), bytes_of(1)).ok()); }
  write_at(world, "/cache/segments/notes.txt", 0, 100);
  write_at(world, "/cache/segments/00000001-short.segment", 0, 5000);
  {
    auto kept = world.open(options).value();
    CHECK(same(kept.get(key(1)).value(), bytes_of(1)));
    CHECK(kept.clear().value() == 1);
    REQUIRE(kept.flush().ok());
  }
  CHECK(world.files().open("/cache/segments/notes.txt", storage::open_mode::read).ok());
  CHECK(world.files().open("/cache/segments/00000001-short.segment", storage::open_mode::read).ok());
}

TEST_CASE("A block from a run with larger limits can still be read") {
  actor_world world;
  {
    auto kept = world.open(cold_only()).value();
    REQUIRE(kept.put(key(1), payload(1, 40 * block_bytes)).ok());
    REQUIRE(kept.put(key(2), bytes_of(2)).ok());
    REQUIRE(kept.close().ok());
  }
  auto options = cold_only();
  options.block_bytes_max = 2 * block_bytes;
  options.advanced.reader_queue_bytes = 2 * block_bytes;
  auto again = world.open(options).value();
  const auto whole = again.get(key(1));
  REQUIRE(whole.ok());
  CHECK(same(*whole, payload(1, 40 * block_bytes)));
  CHECK(same(again.get(key(2)).value(), bytes_of(2)));
}
