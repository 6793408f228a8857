#include "tests/actors/actor_fixture.hpp"

#include <stdexcept>

using namespace hearth;
using namespace hearth::testing;
using stats::drop_reason;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Misuse of the facade, and calls that are allowed at any time.

TEST_CASE("A callback that throws, or none at all, harms nobody") {
  cache_world it;
  it.put_all(1, 3);
  it.kept.put_async(key(4), bytes_of(4), {}, nullptr);
  it.kept.get_async(key(1), {}, [](const result<buffer>&) { throw std::runtime_error{"a host's mistake"}; });
  it.kept.get_async(key(1), {}, [](const result<buffer>&) { throw 42; });
  it.kept.stats_async("*", nullptr);
  it.world.deliver();
  CHECK(it.put(10).ok());
  CHECK(it.has(4));
  CHECK(it.counters().lost.blocks == 0);
}

TEST_CASE("The same key may be asked for twice in one chain, in every tier") {
  cache_world it;
  it.put_all(1, 5); // 1 is cold
  it.world.run();
  const auto found = it.kept.get_prefix(std::vector{key(1), key(5), key(1)});
  REQUIRE(found.ok());
  REQUIRE(found->blocks.size() == 3);
  CHECK(same(found->blocks[0], bytes_of(1)));
  CHECK(same(found->blocks[2], bytes_of(1)));
  CHECK(it.counters().hits() == 3);
}

TEST_CASE("A chain may be empty, or longer than anything that is there") {
  cache_world it;
  it.put_all(1, 3);
  const auto nothing = it.kept.get_prefix(std::vector<block_key>{});
  REQUIRE(nothing.ok());
  CHECK(nothing->blocks.empty());
  CHECK_FALSE(nothing->truncated);
  std::vector<block_key> chain{key(1), key(2), key(3)};
  for (unsigned number = 100; number < 20'000; ++number)
    chain.push_back(key(number));
  const auto found = it.kept.get_prefix(chain);
  REQUIRE(found.ok());
  CHECK(found->blocks.size() == 3);
  CHECK(it.counters().hits() + it.counters().misses == chain.size());
}

TEST_CASE("A namespace number that was never given is refused everywhere, and counted nowhere") {
  cache_world it;
  const namespace_id unknown = 7;
  CHECK(it.kept.put(key(1), bytes_of(1), {.name_space = unknown}).code() == errc::invalid_argument);
  bool produced = false;
  const auto produce = [&] { return produced = true, result<buffer>{bytes_of(1)}; };
  CHECK(it.kept.put(key(1), block_bytes, produce, {.name_space = unknown}).code() == errc::invalid_argument);
  CHECK_FALSE(produced);
  CHECK(it.kept.get(key(1), {.name_space = unknown}).code() == errc::invalid_argument);
  CHECK(it.kept.contains(key(1), {.name_space = unknown}).code() == errc::invalid_argument);
  CHECK(it.kept.erase(key(1), {.name_space = unknown}).code() == errc::invalid_argument);
  CHECK(it.kept.clear(unknown).code() == errc::invalid_argument);
  CHECK(it.counters().ledger.offered().blocks == 0);
  CHECK(it.kept.stats()->namespaces.size() == 1);
}

TEST_CASE("One key belongs to one namespace: a put in another is refused, a get there misses") {
  cache_world it;
  const auto other = it.kept.name_space("other").value();
  it.put_all(1, 1);
  CHECK(it.kept.put(key(1), bytes_of(1), {.name_space = other}).code() == errc::conflict);
  CHECK(it.kept.get(key(1), {.name_space = other}).code() == errc::not_found);
  CHECK_FALSE(it.kept.erase(key(1), {.name_space = other}).value());
  CHECK(it.has(1));
}

TEST_CASE("A producer that fails, or makes another length than it declared, puts nothing") {
  cache_world it;
  const auto refuse = [] { return result<buffer>{errc::io, "the GPU is gone"}; };
  CHECK(it.kept.put(key(1), block_bytes, refuse).code() == errc::io);
  const auto shorter = [] { return result<buffer>{payload(1, block_bytes - 1)}; };
  const auto end = it.kept.put(key(1), block_bytes, shorter);
  CHECK(end.code() == errc::invalid_argument);
  CHECK(end.error().context.find("4095") != std::string::npos);
  CHECK_FALSE(it.has(1));
  CHECK(it.counters().saves == 0);
}

TEST_CASE("However long a host wants to wait, it is no overflow") {
  cache_world it;
  it.put_all(1, 4);
  const auto flushed = it.kept.flush(milliseconds::max());
  REQUIRE(flushed.ok());
  CHECK(flushed->left == stats::amount{});
  CHECK(it.kept.get(key(1), {.timeout = milliseconds::max()}).ok());
  CHECK(it.kept.flush(milliseconds::min()).ok()); // has no time: reports what is left
  it.put_all(5, 8);
  const auto closed = it.kept.close(milliseconds::max());
  REQUIRE(closed.ok());
  CHECK(closed->left == stats::amount{});
}

TEST_CASE("A cache that goes while its close is under way ends that first") {
  actor_world world;
  auto options = small_cache();
  options.hot_bytes_max = 12 * block_bytes;
  std::optional<close_report> report;
  {
    auto kept = world.open(options).value();
    for (unsigned number = 1; number <= 12; ++number)
      REQUIRE(kept.put(key(number), bytes_of(number)).ok());
    kept.close_async(seconds{30}, [&](const result<close_report>& end) { report = end.value(); });
  }
  REQUIRE(report);
  CHECK(report->left == stats::amount{});
  auto again = world.open(options).value();
  for (unsigned number = 1; number <= 12; ++number)
    CHECK(*again.contains(key(number)));
}

TEST_CASE("A close finds room in a mailbox that is full") {
  auto options = small_cache();
  options.advanced.hot_cache_mailbox = 1;
  cache_world it{options};
  it.put_all(1, 5);
  it.world.run();
  it.world.disk().hang(true);
  it.kept.get_async(key(1), {}, nullptr); // cold: keeps its slot
  it.world.deliver();
  CHECK(it.put(6).code() == errc::overloaded);
  it.world.disk().hang(false);
  const auto closed = it.kept.close();
  REQUIRE(closed.ok());
  CHECK(closed->left == stats::amount{});
}

TEST_CASE("A cache that is moved keeps working, and the one it replaces is closed") {
  actor_world world;
  auto first = world.open(small_cache()).value();
  REQUIRE(first.put(key(1), bytes_of(1)).ok());
  auto& alias = first;
  first = std::move(alias);
  CHECK(first.get(key(1)).ok());
  auto memory = small_cache();
  memory.directory.clear();
  auto second = world.open(memory).value();
  second = std::move(first); // destroys the cache in memory
  CHECK(second.get(key(1)).ok());
  CHECK(world.open(small_cache()).code() == errc::busy);
}

TEST_CASE("A block that no tier can ever take is refused before it is produced, and counted") {
  auto options = small_cache();
  options.block_bytes_max = 8 * block_bytes;
  cache_world it{options};
  bool produced = false;
  const auto produce = [&] { return produced = true, result<buffer>{bytes_of(1)}; };
  CHECK(it.kept.put(key(1), 8 * block_bytes + 1, produce).code() == errc::too_large);
  CHECK_FALSE(produced);
  CHECK(it.kept.put(key(1), payload(1, 8 * block_bytes + 1)).code() == errc::too_large);
  CHECK(it.kept.put(key(1), std::uint64_t{1} << 40, produce).code() == errc::too_large);
  const auto ledger = it.counters().ledger;
  CHECK(ledger.dropped(drop_reason::too_large) == stats::amount{2, 2 * (8 * block_bytes + 1)});
  CHECK(ledger.ssd_write_drops() == 0);
}

TEST_CASE("A mailbox of one message serves one host that waits for each answer") {
  auto options = small_cache();
  options.advanced.hot_cache_mailbox = 1;
  options.advanced.stats_mailbox = 1;
  cache_world it{options};
  it.put_all(1, 4);
  CHECK(it.has(1));
  CHECK(it.kept.stats().ok());
  CHECK(it.kept.stats().ok());
  CHECK(it.counters().puts_rejected == 0);
}

TEST_CASE("A length that no block can have is refused, and adds nothing to the ledger") {
  cache_world it;
  const auto produce = [] { return result<buffer>{bytes_of(1)}; };
  for (const auto bytes : {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1} << 33, std::uint64_t{0}})
    CHECK(it.kept.put(key(1), bytes, produce).code() == (bytes == 0 ? errc::invalid_argument : errc::too_large));
  CHECK(it.counters().ledger.offered() == stats::amount{});
}

TEST_CASE("A host changes the limits of an open cache, waiting for it or not, until it is closed") {
  cache_world it;
  REQUIRE(it.kept.limit({.hot_bytes_max = 8 * block_bytes, .cold_bytes_max = 2 << 20}));
  auto level = it.now().gauges;
  CHECK(level.hot_cache_max_bytes == 8 * block_bytes);
  CHECK(level.max_size_bytes == 2 << 20);
  CHECK(level.configured_max_size_bytes == 2 << 20);
  std::optional<errc> end;
  it.kept.limit_async({.hot_bytes_max = 2 * block_bytes}, [&](const result<void>& done) { end = done.code(); });
  it.kept.limit_async({.cold_bytes_max = 3 << 20}, nullptr);
  it.world.deliver();
  CHECK(end == errc::none);
  level = it.now().gauges;
  CHECK(level.hot_cache_max_bytes == 2 * block_bytes);
  CHECK(level.max_size_bytes == 3 << 20);
  CHECK(it.kept.limit({}).ok()); // nothing to change
  REQUIRE(it.kept.close().ok());
  CHECK(it.kept.limit({.hot_bytes_max = block_bytes}).code() == errc::closed);
  CHECK(it.now().gauges.hot_cache_max_bytes == 2 * block_bytes);
}
