#include "tests/actors/actor_fixture.hpp"

#include "storage/blocks/block_key.hpp"

#include <array>

using namespace hearth;
using namespace hearth::testing;
using std::chrono::seconds;

// A change of limits that takes long does not delay other calls.

TEST_CASE("A hot limit lowered by thousands of blocks serves others on the way, and the last limit asked for counts") {
  auto options = small_cache();
  options.directory.clear();
  options.hot_bytes_max = 5'000 * block_bytes;
  cache_world it{options};
  for (std::uint32_t number = 0; number < 5'000; ++number)
    REQUIRE(it.kept.put(storage::derive_key("limits", std::nullopt, std::array{number}), bytes_of(1)).ok());
  REQUIRE(it.put(1).ok());
  int answered = 0;
  const auto done = [&](const result<void>& outcome) { answered += outcome.ok() ? 1 : 100; };
  it.kept.limit_async({.hot_bytes_max = 2 * block_bytes}, done);
  CHECK(it.has(1)); // during the change
  CHECK(answered == 0);
  const auto between = it.now().gauges;
  CHECK(between.hot.bytes <= between.hot_cache_max_bytes);
  CHECK(between.hot.blocks < 5'000);
  CHECK(between.hot.blocks > 3);
  REQUIRE(it.put(2).ok());
  it.kept.limit_async({.hot_bytes_max = 3 * block_bytes}, done);
  it.world.run_until([&] { return answered == 2; }, seconds{1});
  CHECK(answered == 2);
  const auto after = it.now();
  CHECK(after.gauges.hot == stats::amount{3, 3 * block_bytes});
  CHECK(after.gauges.hot_cache_max_bytes == 3 * block_bytes);
  CHECK(after.counters.hot_cache_evictions == 5'002 - 3);
  CHECK(it.has(1));
  CHECK(it.has(2));
}
