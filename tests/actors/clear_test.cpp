#include "tests/actors/actor_fixture.hpp"

using namespace hearth;
using namespace hearth::testing;
using stats::cold_state;
using std::chrono::milliseconds;
using std::chrono::seconds;

// One tier is cleared: what stays readable, what leaves or stays, and how it is counted.

namespace {

cache_options hot_only() {
  auto options = small_cache();
  options.directory.clear();
  return options;
}

void check_report(const result<clear_report>& report, std::uint64_t removed, std::uint64_t still_hot) {
  REQUIRE(report.ok());
  CHECK(report->removed == removed);
  CHECK(report->still_hot == still_hot);
}

/// Whether exactly the blocks `first` to `last` of those up to `most` can be read.
bool has_only(cache_world& it, unsigned first, unsigned last, unsigned most) {
  for (unsigned number = 1; number <= most; ++number)
    if (it.has(number) != (number >= first && number <= last))
      return false;
  return true;
}

/// Blocks 1 to 4 are cold only, 5 to 8 hot and cold; all are durable.
void fill_both_tiers(cache_world& it) {
  it.put_all(1, 8);
  REQUIRE(it.kept.flush(seconds{10})->left == stats::amount{});
  REQUIRE(it.now().gauges.cold.blocks == 8);
}

} // namespace

// --- the hot tier ----------------------------------------------------------------------------------------------------

TEST_CASE("A cleared hot tier hands dirty blocks to the writer: they can be read at every moment, and none is lost") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 4);
  check_report(it.kept.clear_tier(tier::hot), 4, 0);
  CHECK(it.now().gauges.hot == stats::amount{});
  CHECK(it.now().gauges.dirty == stats::amount{});
  CHECK(it.counters().ledger.pending() == stats::amount{4, 4 * block_bytes});
  CHECK(has_only(it, 1, 4, 5));
  CHECK(it.counters().pending_hits == 4);
  it.world.disk().hang(false);
  it.world.run();
  CHECK(has_only(it, 1, 4, 5));
  const auto after = it.counters();
  CHECK(after.cold_hits == 4);
  CHECK(after.ledger.persisted().blocks == 4);
  CHECK(after.hot_cache_evictions == 0);
  CHECK(after.lost.blocks == 0);
}

TEST_CASE("A block with a cold copy or a pending write leaves the cleared hot tier without another write") {
  auto options = small_cache();
  options.policy = GENERATE(write_policy::back, write_policy::through);
  cache_world it{options};
  it.put_all(1, 4);
  if (options.policy == write_policy::back)
    REQUIRE(it.kept.flush().ok());
  check_report(it.kept.clear_tier(tier::hot), 4, 0);
  it.world.run();
  CHECK(it.counters().ledger.offered().blocks == 4);
  CHECK(it.counters().ledger.persisted().blocks == 4);
  CHECK(has_only(it, 1, 4, 5));
}

TEST_CASE("Blocks that the writer's full mailbox does not take stay hot, and leave with a later clear") {
  cache_world it{room_for_twelve()};
  it.world.disk().hang(true);
  it.put_all(1, 12);
  check_report(it.kept.clear_tier(tier::hot), 4, 8);
  check_report(it.kept.clear_tier(tier::hot), 0, 8);
  CHECK(it.now().gauges.hot.blocks == 8);
  CHECK(it.now().gauges.dirty.blocks == 8);
  CHECK(it.counters().ledger.offered().blocks == 4);
  CHECK(has_only(it, 1, 12, 12));
  it.world.disk().hang(false);
  REQUIRE(it.kept.flush(seconds{10})->left == stats::amount{});
  check_report(it.kept.clear_tier(tier::hot), 8, 0);
  CHECK(it.counters().ledger.persisted().blocks == 12);
  CHECK(it.counters().lost.blocks == 0);
  CHECK(has_only(it, 1, 12, 12));
}

TEST_CASE("Heads of chains leave the cleared hot tier before their tails, and no block becomes an orphan") {
  cache_world it{room_for_twelve()};
  REQUIRE(it.put(1).ok());
  for (unsigned number = 2; number <= 12; ++number)
    REQUIRE(it.put(number, number - 1).ok());
  for (unsigned clears = 0; clears < 3; ++clears) { // four blocks each
    check_report(it.kept.clear_tier(tier::hot), 4, 8 - 4 * clears);
    const auto pending = 4 * clears + 4;
    CHECK(it.kept.contains(key(pending)).value());
    it.world.run();
    CHECK(it.now().gauges.cold.blocks == pending);
  }
  CHECK(it.dropped(stats::drop_reason::orphan) == 0);
  std::vector<block_key> chain;
  for (unsigned number = 1; number <= 12; ++number)
    chain.push_back(key(number));
  CHECK(it.kept.get_prefix(chain)->blocks.size() == 12);
}

TEST_CASE("An orphan stays in the cleared hot tier, unless chains are not cut") {
  auto options = small_cache();
  options.cut_chains = GENERATE(true, false);
  cache_world it{options};
  REQUIRE(it.put(1, 100).ok());
  it.put_all(2, 3);
  check_report(it.kept.clear_tier(tier::hot), options.cut_chains ? 2 : 3, options.cut_chains ? 1 : 0);
  it.world.run();
  CHECK(has_only(it, 1, 3, 3));
  CHECK(it.counters().lost.blocks == 0);
}

TEST_CASE("A block that the cold tier can never take stays in the cleared hot tier, and holds up no other") {
  cache_world it{with_cold_room(small_cache(), 1)};
  const auto large = payload(1, 3 * block_bytes);
  REQUIRE(it.kept.put(key(1), large).ok());
  it.put_all(2, 2);
  check_report(it.kept.clear_tier(tier::hot), 1, 1);
  it.world.run();
  CHECK(same(it.kept.get(key(1)).value(), large));
  CHECK(it.has(2));
  CHECK(it.counters().lost.blocks == 0);
}

TEST_CASE("A used-up write budget keeps dirty blocks in the cleared hot tier, and drops none") {
  auto options = room_for_twelve();
  options.writer_queue_blocks = 64;
  options.write_bytes_per_day = 8 * storage::segment_record_bytes(block_bytes);
  cache_world it{options};
  it.put_all(1, 12);
  check_report(it.kept.clear_tier(tier::hot), 6, 6); // a quarter of the budget is reserved
  it.world.run();
  CHECK(it.dropped(stats::drop_reason::over_budget) == 0);
  CHECK(has_only(it, 1, 12, 12));
}

TEST_CASE("While the writer is being replaced dirty blocks stay in the cleared hot tier, and clean ones leave") {
  cache_world it;
  it.put_all(1, 2);
  REQUIRE(it.kept.flush().ok());
  it.put_all(3, 4);
  caf::anon_send_exit(it.kept.actors().registry->writer(), caf::exit_reason::kill);
  it.world.deliver();
  check_report(it.kept.clear_tier(tier::hot), 2, 2);
  it.world.advance(seconds{1});
  check_report(it.kept.clear_tier(tier::hot), 2, 0);
  it.world.run();
  CHECK(has_only(it, 1, 4, 4));
  CHECK(it.counters().ledger.failed(stats::fail_reason::writer_died).blocks == 0);
}

TEST_CASE("Without a cold tier a cleared hot tier is empty, and nothing counts as lost, dropped or evicted") {
  cache_world it{hot_only()};
  it.put_all(1, 4);
  const auto lease = it.kept.get(key(1));
  check_report(it.kept.clear_tier(tier::hot), 4, 0);
  for (unsigned number = 1; number <= 4; ++number)
    CHECK(it.kept.get(key(number)).code() == errc::not_found);
  CHECK(same(*lease, bytes_of(1)));
  const auto after = it.now();
  CHECK(after.gauges.hot == stats::amount{});
  CHECK(after.counters.ledger.offered() == stats::amount{});
  CHECK(after.counters.lost == stats::amount{});
  CHECK(after.counters.hot_cache_evictions == 0);
  check_report(it.kept.clear_tier(tier::hot), 0, 0);
  it.put_all(1, 4);
  CHECK(has_only(it, 1, 4, 4));
}

TEST_CASE("A hot block whose cold copy was reclaimed is written again when the hot tier is cleared") {
  cache_world it{with_cold_room(room_for_twelve(), 4)};
  it.put_all(1, 4);
  REQUIRE(it.kept.flush().ok());
  it.put_all(5, 6);
  REQUIRE(it.kept.flush().ok());
  REQUIRE(it.counters().evictions == 2);
  REQUIRE(it.now().gauges.dirty.blocks == 2);
  it.kept.clear_tier_async(tier::hot, {}, nullptr);
  it.world.deliver();
  CHECK(it.now().gauges.hot.blocks == 0);
  CHECK(it.counters().ledger.pending().blocks == 2);
  CHECK(it.counters().lost.blocks == 0);
}

TEST_CASE("A flush that waits for blocks which a clear of the hot tier offers syncs them, too") {
  auto options = room_for_twelve();
  options.advanced.writes_in_flight = 1;
  cache_world it{options};
  it.put_all(1, 12);
  std::optional<flush_report> report;
  it.kept.flush_async(seconds{30}, [&](const result<flush_report>& end) { report = end.value(); });
  it.world.deliver();
  while (!report) {
    REQUIRE(it.kept.clear_tier(tier::hot).ok());
    it.world.advance(milliseconds{1});
  }
  CHECK(report->written.blocks == 12);
  CHECK(report->left == stats::amount{});
  CHECK(report->synced);
  CHECK(it.now().counters.synced.blocks == 12);
}

// --- the cold tier ---------------------------------------------------------------------------------------------------

TEST_CASE("A cleared cold tier is empty; hot blocks stay readable, are dirty, and are written again by a flush") {
  cache_world it;
  fill_both_tiers(it);
  check_report(it.kept.clear_tier(tier::cold), 8, 4);
  CHECK(it.now().gauges.cold == stats::amount{});
  CHECK(it.now().gauges.hot.blocks == 4);
  CHECK(it.now().gauges.dirty.blocks == 4);
  CHECK(has_only(it, 5, 8, 8));
  CHECK(it.counters().hot_cache_hits == 4);
  CHECK(it.counters().lost == stats::amount{});
  CHECK(it.counters().evictions == 0);
  CHECK(it.kept.flush(seconds{10})->left == stats::amount{});
  CHECK(it.now().gauges.cold.blocks == 4);
  check_report(it.kept.clear_tier(tier::hot), 4, 0);
  CHECK(has_only(it, 5, 8, 8));
}

TEST_CASE("Idle cleaning writes hot blocks again after the cold tier was cleared") {
  auto options = small_cache();
  options.idle_clean = milliseconds{200};
  cache_world it{options};
  fill_both_tiers(it);
  check_report(it.kept.clear_tier(tier::cold), 8, 4);
  it.world.advance(seconds{2});
  CHECK(it.now().gauges.cold.blocks == 4);
  CHECK(it.now().gauges.dirty == stats::amount{});
}

TEST_CASE("After a flush a cleared cold tier stays empty, across a power cut too") {
  const auto files = storage::make_memory_file_system(true);
  REQUIRE(files->create_directory("/cache").ok());
  REQUIRE(files->sync_names("/").ok());
  {
    world_parts parts;
    parts.files = files;
    cache_world it{small_cache(), std::move(parts)};
    fill_both_tiers(it);
    check_report(it.kept.clear_tier(tier::hot), 4, 0);
    check_report(it.kept.clear_tier(tier::cold), 8, 0);
    CHECK(has_only(it, 0, 0, 8));
    REQUIRE(it.kept.flush()->synced);
  }
  files->power_cut(1);
  world_parts parts;
  parts.files = files;
  cache_world again{small_cache(), std::move(parts)};
  CHECK(has_only(again, 0, 0, 8));
  CHECK(again.now().gauges.cold == stats::amount{});
}

TEST_CASE("A clear of the cold tier cancels pending writes: hot blocks stay, and the others are gone") {
  auto options = room_for_twelve();
  options.writer_queue_blocks = 12;
  options.advanced.writes_in_flight = 1;
  cache_world it{options};
  it.put_all(20, 20);
  REQUIRE(it.kept.flush().ok()); // now there is a segment to write to
  it.world.disk().hang(true);
  it.put_all(1, 3);
  check_report(it.kept.clear_tier(tier::hot), 4, 0); // pending and not hot
  it.put_all(4, 6);
  it.kept.flush_async(seconds{1}, nullptr);
  it.world.deliver(); // pending and hot
  REQUIRE(it.counters().ledger.pending().blocks == 6);
  check_report(it.kept.clear_tier(tier::cold), 7, 3);
  CHECK(it.counters().ledger.cancelled().blocks == 5);
  CHECK(it.counters().ledger.pending().blocks == 1); // had started
  CHECK(it.now().gauges.dirty.blocks == 3);
  CHECK(has_only(it, 4, 6, 20));
  it.world.disk().hang(false);
  it.world.run();
  CHECK(it.now().gauges.cold == stats::amount{});
  CHECK(it.now().counters.lost == stats::amount{});
  CHECK(it.kept.flush(seconds{10})->left == stats::amount{});
  CHECK(it.now().gauges.cold.blocks == 3);
  CHECK(has_only(it, 4, 6, 20));
}

TEST_CASE("A hot block whose write had started when the cold tier was cleared stays hot, and is written again") {
  auto options = small_cache();
  options.policy = write_policy::through;
  cache_world it{options};
  it.put_all(20, 20);
  REQUIRE(it.kept.flush().ok());
  it.world.disk().hang(true);
  it.put_all(1, 1);
  it.world.deliver();
  check_report(it.kept.clear_tier(tier::cold), 2, 2);
  CHECK(it.now().gauges.dirty.blocks == 2);
  it.world.disk().hang(false);
  it.world.run();
  CHECK(it.now().gauges.cold == stats::amount{});
  REQUIRE(it.kept.flush()->left == stats::amount{});
  CHECK(it.now().gauges.cold.blocks == 2);
  check_report(it.kept.clear_tier(tier::hot), 2, 0);
  CHECK(it.has(1));
}

TEST_CASE("A cold read in flight does not bring its block back after the cold tier was cleared") {
  cache_world it;
  fill_both_tiers(it);
  it.world.disk().hang(true);
  it.kept.get_async(key(1), {}, nullptr);
  it.world.deliver();
  check_report(it.kept.clear_tier(tier::cold), 8, 4);
  it.world.disk().hang(false);
  it.world.run();
  CHECK_FALSE(it.has(1));
  CHECK(it.counters().hot_cache_promotions == 0);
}

TEST_CASE("A hot block whose parent was only cold is not written after the cold tier was cleared, until it is put") {
  cache_world it;
  REQUIRE(it.put(1).ok());
  check_report(it.kept.clear_tier(tier::hot), 1, 0);
  for (unsigned number = 2; number <= 4; ++number)
    REQUIRE(it.put(number, number - 1).ok());
  REQUIRE(it.kept.flush()->left == stats::amount{});
  check_report(it.kept.clear_tier(tier::cold), 4, 3);
  CHECK(it.kept.flush()->left == stats::amount{1, block_bytes}); // 2; the parents of 3 and 4 are hot
  REQUIRE(it.put(1).ok());
  CHECK(it.kept.flush()->left == stats::amount{});
  CHECK(it.counters().lost == stats::amount{});
  CHECK(it.dropped(stats::drop_reason::orphan) == 0);
  CHECK(it.kept.get_prefix(std::vector{key(1), key(2), key(3), key(4)})->blocks.size() == 4);
}

TEST_CASE("Without a cold tier there is no cold tier to clear, and the error says so") {
  cache_world it{hot_only()};
  it.put_all(1, 4);
  const auto refused = it.kept.clear_tier(tier::cold);
  CHECK(refused.code() == errc::invalid_argument);
  CHECK(refused.error().context == "tier: found cold, and the cache has no cold tier: expected hot");
  CHECK(has_only(it, 1, 4, 4));
}

// --- either tier -----------------------------------------------------------------------------------------------------

TEST_CASE("A clear of one tier takes one namespace, or all") {
  cache_world it;
  const auto other = it.kept.name_space("other").value();
  it.put_all(1, 2);
  for (unsigned number = 3; number <= 4; ++number)
    REQUIRE(it.kept.put(key(number), bytes_of(number), {.name_space = other}).ok());
  REQUIRE(it.kept.flush().ok());
  const auto level = [&](const char* name) { return it.kept.stats(name)->whole.gauges; };
  SECTION("of the cold tier") {
    check_report(it.kept.clear_tier(tier::cold, other), 2, 2);
    CHECK(level("default").cold.blocks == 2);
    CHECK(level("other").cold.blocks == 0);
    CHECK(level("default").dirty.blocks == 0);
    CHECK(level("other").dirty.blocks == 2);
  }
  SECTION("of the hot tier") {
    check_report(it.kept.clear_tier(tier::hot, other), 2, 0);
    CHECK(level("default").hot.blocks == 2);
    CHECK(level("other").hot.blocks == 0);
    CHECK(level("other").cold.blocks == 2);
  }
  SECTION("that does not exist") {
    CHECK(it.kept.clear_tier(GENERATE(tier::hot, tier::cold), 7).code() == errc::invalid_argument);
    CHECK(it.now().gauges.hot.blocks == 4);
    CHECK(it.now().gauges.cold.blocks == 4);
  }
}

TEST_CASE(
    "While the directory is gone no block leaves a cleared hot tier, and a cleared cold tier does not come back") {
  cache_world it;
  fill_both_tiers(it);
  it.world.files().move_directory("/cache", "/away");
  it.world.advance(seconds{12});
  REQUIRE(it.now().gauges.cold_state == cold_state::detached);
  check_report(it.kept.clear_tier(tier::hot), 0, 4);
  check_report(it.kept.clear_tier(tier::cold), 0, 0);
  CHECK(has_only(it, 5, 8, 8));
  it.world.files().move_directory("/away", "/cache");
  it.world.advance(seconds{12});
  REQUIRE(it.now().gauges.cold_state == cold_state::attached);
  CHECK(it.now().gauges.cold == stats::amount{});
  CHECK(it.now().gauges.dirty.blocks == 4);
  CHECK(has_only(it, 5, 8, 8));
  check_report(it.kept.clear_tier(tier::hot), 4, 0);
  it.world.run();
  CHECK(has_only(it, 5, 8, 8));
}

TEST_CASE("A clear of one tier finds the kept slots of a full mailbox, and is refused if even those are taken") {
  auto options = small_cache();
  options.advanced.hot_cache_mailbox = 4; // one of these is reserved
  cache_world it{options};
  it.put_all(1, 5);
  it.world.run();
  it.world.disk().hang(true);
  for (int reads = 0; reads < 3; ++reads)
    it.kept.get_async(key(1), {}, nullptr); // cold: keeps its slot
  it.world.deliver();
  check_report(it.kept.clear_tier(tier::hot), 4, 0);
  it.kept.flush_async(seconds{30}, nullptr); // waits for the disk in the last slot
  it.world.deliver();
  CHECK(it.kept.clear_tier(tier::cold).code() == errc::overloaded);
  CHECK(it.now().gauges.cold.blocks == 1);
  it.world.disk().hang(false);
}

TEST_CASE("A host clears one tier, waiting for it or not, until the cache is closed") {
  cache_world it;
  it.put_all(1, 4);
  std::optional<clear_report> report;
  it.kept.clear_tier_async(tier::hot, {}, [&](const result<clear_report>& end) { report = end.value(); });
  it.kept.clear_tier_async(tier::cold, {}, nullptr);
  it.world.deliver();
  REQUIRE(report);
  CHECK(report->removed == 4);
  REQUIRE(it.kept.close().ok());
  CHECK(it.kept.clear_tier(tier::hot).code() == errc::closed);
  CHECK(it.kept.clear_tier(tier::cold).code() == errc::closed);
}
