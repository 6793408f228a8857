#include "actors/host/cache.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"
#include "tests/support/temporary_directory.hpp"

#include <filesystem>
#include <string>
#include <thread>

using namespace hearth;
using namespace hearth::testing;

// The directory of a cache with real files and threads is moved away and back. Nothing is timed: the test waits for
// what the cache reports.

TEST_CASE("On a real disk a directory that is moved away and back leaves the cache in memory meanwhile") {
  const temporary_directory folder;
  const auto directory = folder.path() + "/cache";
  const auto elsewhere = folder.path() + "/elsewhere";
  std::filesystem::create_directory(directory);
  cache_options options;
  options.directory = directory;
  options.hot_bytes_max = 64 << 10;
  options.cold_bytes_max = 16 << 20;
  auto opened = cache::open(options);
  REQUIRE(opened.ok());
  auto& kept = *opened;
  const auto wait_for = [&](stats::cold_state state) {
    while (kept.stats()->whole.gauges.cold_state != state)
      std::this_thread::yield();
  };
  const auto block = [](unsigned number) { return payload(number, 16 << 10); };
  for (unsigned number = 1; number <= 8; ++number)
    REQUIRE(kept.put(key(number), block(number)).ok());
  REQUIRE(kept.flush()->synced);

  std::filesystem::rename(directory, elsewhere);
  wait_for(stats::cold_state::detached);
  CHECK(kept.stats()->whole.counters.lost.blocks == 4);
  CHECK(kept.get(key(1)).code() == errc::not_found);
  CHECK(same(kept.get(key(8)).value(), block(8)));
  CHECK(kept.put(key(9), block(9)).ok());
  CHECK(kept.erase(key(2)).ok());
  CHECK_FALSE(std::filesystem::exists(directory));

  std::filesystem::rename(elsewhere, directory);
  wait_for(stats::cold_state::attached);
  CHECK(same(kept.get(key(1)).value(), block(1)));
  CHECK(kept.get(key(2)).code() == errc::not_found);
  CHECK(same(kept.get(key(9)).value(), block(9)));
  CHECK(kept.flush()->left == stats::amount{});
  CHECK(kept.stats()->whole.counters.ledger.balanced());
  CHECK(kept.close().ok());
}
