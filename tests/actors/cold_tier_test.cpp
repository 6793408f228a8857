#include "storage/segments/segment_record.hpp"
#include "tests/actors/actor_fixture.hpp"

using namespace hearth;
using namespace hearth::testing;
using stats::drop_reason;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Background work of the cold tier: syncs by time, a write budget, a floor of free space.

namespace {

const std::uint64_t record_bytes = storage::segment_record_bytes(block_bytes);

} // namespace

TEST_CASE("What was written is synced a while later without being asked, and counted apart from persisted") {
  auto options = small_cache();
  cache_world it{options};
  it.put_all(1, 6);
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == 2);
  CHECK(it.counters().synced == stats::amount{});
  it.world.advance(milliseconds{1100});
  CHECK(it.counters().synced == stats::amount{2, 2 * block_bytes});
  it.put_all(7, 7);
  it.world.run();
  CHECK(it.counters().synced.blocks == 2);
  REQUIRE(it.kept.flush()->synced);
  CHECK(it.counters().synced.blocks == 7);
}

TEST_CASE("A snapshot tells what was written to the cold tier beside the payload") {
  auto options = small_cache();
  cache_world it{options};
  it.put_all(1, 4);
  REQUIRE(it.kept.flush().ok());
  const auto level = it.now().gauges;
  CHECK(level.cold_appended_bytes == 4 * block_bytes);
  CHECK(level.cold_written_bytes >= 4 * record_bytes);
  CHECK(level.cold_reappended_bytes == 0);
}

TEST_CASE("After a change of model the old one's blocks make room first, and a snapshot tells how much they take") {
  auto options = small_cache();
  options.policy = write_policy::through;
  options.advanced.segment_bytes = 8 * record_bytes;
  options.cold_bytes_max = empty_store_bytes(1 << 20, options.advanced.segment_bytes) + 48 * record_bytes;
  actor_world world;
  std::optional<cache> kept{world.open(options).value()};
  const auto put = [&](unsigned first, unsigned last, const char* model) {
    const auto in = kept->name_space(model).value();
    for (auto number = first; number <= last; ++number) {
      REQUIRE(kept->put(key(number), bytes_of(number), {.name_space = in}).ok());
      world.run();
    }
  };
  const auto present = [&](unsigned first, unsigned last, const char* model) {
    unsigned count = 0;
    for (auto number = first; number <= last; ++number)
      count += *kept->contains(key(number), {.name_space = kept->name_space(model).value()});
    return count;
  };
  const auto unclaimed = [&](const char* of = "*") { return kept->stats(of)->whole.gauges.cold_unclaimed_bytes; };
  put(0, 7, "new");
  put(8, 23, "old");
  CHECK(unclaimed() == 0); // a namespace in use is claimed
  REQUIRE(kept->close().ok());
  kept.reset();
  world.run();

  kept.emplace(world.open(options).value());
  CHECK(unclaimed() == 24 * record_bytes);
  REQUIRE(kept->name_space("new").ok());
  CHECK(unclaimed() == 16 * record_bytes);
  CHECK(unclaimed("new") == 0);
  CHECK(unclaimed("old") == kept->stats("old")->whole.gauges.total_size_bytes);
  unsigned next = 24;
  for (; kept->stats()->whole.counters.evictions == 0; ++next)
    put(next, next, "new");
  CHECK(present(0, 7, "new") == 8); // the oldest of all
  CHECK(kept->stats("old")->whole.counters.evictions > 0);
  CHECK(unclaimed() == kept->stats("old")->whole.gauges.total_size_bytes);
  put(next, next + 9, "new");
  CHECK(present(0, 7, "new") == 8);
  const auto left = unclaimed();
  CHECK(left < 16 * record_bytes);
  CHECK(present(8, 23, "old") == left / record_bytes); // a lookup claims the namespace
  CHECK(unclaimed() == 0);
}

TEST_CASE("Over the write budget blocks are given up and counted, those that nobody asked for first") {
  auto options = small_cache();
  options.write_bytes_per_second = record_bytes;
  options.advanced.write_burst_bytes = 4 * record_bytes; // one of these is reserved for blocks that were requested
  cache_world it{options};
  it.put_all(1, 4);
  const bool asked = GENERATE(false, true);
  for (unsigned number = 1; asked && number <= 4; ++number)
    REQUIRE(it.has(number));
  it.put_all(5, 8); // 1 to 4 leave the hot tier
  it.world.run();
  const unsigned written = asked ? 4 : 3;
  CHECK(it.counters().ledger.persisted().blocks == written);
  CHECK(it.dropped(drop_reason::over_budget) == 4 - written);
  CHECK(it.counters().lost.blocks == 4 - written);
  CHECK(it.counters().ledger.ssd_write_drops() == 0);

  it.world.advance(seconds{10});
  it.put_all(11, 13);
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == written + 3);
}

TEST_CASE("What reclaim copies on is taken from the write budget, too") {
  auto options = small_cache();
  options.policy = write_policy::through;
  options.advanced.segment_bytes = 8 * record_bytes;
  options.cold_bytes_max = empty_store_bytes(1 << 20, options.advanced.segment_bytes) + 48 * record_bytes;
  options.advanced.reappend_percent = 50;
  const unsigned burst = 64;
  options.write_bytes_per_second = 1;
  options.advanced.write_burst_bytes = burst * record_bytes;
  cache_world it{options};
  for (unsigned number = 1; number <= 2 * burst; ++number) {
    it.put_all(number, number);
    it.world.run();
    for (unsigned used = number > 20 ? number - 20 : 1; used <= number; used += 2)
      static_cast<void>(it.has(used));
  }
  const auto copies = it.now().gauges.cold_reappended_bytes / record_bytes;
  CHECK(copies > 0);
  CHECK(it.counters().ledger.persisted().blocks + copies == burst);
}

TEST_CASE("A flush waits for the write budget instead of giving blocks up") {
  auto options = small_cache();
  options.write_bytes_per_second = record_bytes;
  options.advanced.write_burst_bytes = record_bytes;
  cache_world it{options};
  it.put_all(1, 4);
  const auto before = it.world.now();
  const auto report = it.kept.flush(seconds{30});
  REQUIRE(report.ok());
  CHECK(report->left == stats::amount{});
  CHECK(it.world.now() - before >= seconds{3});
  CHECK(it.dropped(drop_reason::over_budget) == 0);
  CHECK(it.counters().ledger.persisted().blocks == 4);
}

TEST_CASE("When others fill the disk the cold tier gives room back down to the floor, and grows again later") {
  auto options = small_cache();
  options.free_bytes_min = 1 << 20;
  options.hot_bytes_max = 0;
  options.policy = write_policy::through;
  options.writer_queue_blocks = 64;
  options.writer_queue_bytes = 256 * block_bytes;
  cache_world it{options};
  for (unsigned number = 1; number <= 200; ++number) {
    REQUIRE(it.put(number).ok());
    it.world.run();
  }
  const auto full = it.now().gauges;
  CHECK(full.cold.blocks == 200);
  auto& files = it.world.files();
  files.capacity(files.bytes_in_use() + (1 << 19)); // only half of the floor is left
  it.world.advance(milliseconds{2500});
  it.world.run();
  CHECK(files.free_bytes("/cache").value() >= options.free_bytes_min);
  const auto less = it.now();
  CHECK(less.gauges.cold.blocks < 200);
  CHECK(less.gauges.cold.blocks > 0);
  CHECK(less.counters.evictions == 200 - less.gauges.cold.blocks);
  CHECK(it.has(200));

  files.capacity(64 << 20);
  it.world.advance(milliseconds{2500});
  for (unsigned number = 201; number <= 255; ++number) {
    REQUIRE(it.put(number).ok());
    it.world.run();
  }
  CHECK(it.now().gauges.cold.blocks == less.gauges.cold.blocks + 55);
}
