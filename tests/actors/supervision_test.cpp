#include "tests/actors/actor_fixture.hpp"

using namespace hearth;
using namespace hearth::testing;
using stats::drop_reason;
using stats::fail_reason;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Blocks and waiting hosts when a part of the cache dies, or the disk fails, at a bad moment.

namespace {

void kill_writer(cache_world& it) {
  caf::anon_send_exit(it.kept.actors().registry->writer(), caf::exit_reason::kill);
  it.world.deliver();
}

} // namespace

TEST_CASE("When the writer dies its blocks are accounted for, its slots come back, and a new writer takes over") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 8);
  REQUIRE(it.queue().slots == 4);
  kill_writer(it);
  auto after = it.counters();
  CHECK(after.ledger.failed(fail_reason::writer_died) == stats::amount{4, 4 * block_bytes});
  CHECK(after.ledger.pending() == stats::amount{});
  CHECK(after.lost.blocks == 4); // the hot tier was full: no room to return to
  it.world.disk().hang(false);
  it.world.advance(seconds{1});
  CHECK(it.queue().slots == 0);
  REQUIRE(it.kept.flush().ok());
  CHECK(it.counters().ledger.persisted().blocks == 4);
}

TEST_CASE("When the writer dies, blocks that fit go back to the hot tier as dirty ones") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 6); // 1 and 2 pending
  REQUIRE(*it.kept.erase(key(5)));
  REQUIRE(*it.kept.erase(key(6)));
  kill_writer(it);
  CHECK(it.has(1));
  CHECK(it.has(2));
  CHECK(it.counters().lost.blocks == 0);
  CHECK(it.now().gauges.dirty.blocks == 4);
}

TEST_CASE("A block that counts as lost with its writer does not turn up later, and its key is free for other bytes") {
  auto options = small_cache();
  options.promote_cold_hits = false;
  cache_world it{options};
  it.world.disk().hang(true);
  it.put_all(1, 8); // 1 to 4 are being written, the hot tier is full
  kill_writer(it);
  CHECK(it.counters().lost.blocks == 4);
  const auto other = payload(99, block_bytes / 2);
  REQUIRE(it.kept.put(key(1), other).ok());
  it.world.disk().hang(false);
  it.world.advance(seconds{1}); // the old appends end
  CHECK_FALSE(it.has(2));
  it.put_all(11, 15); // the new block 1 is evicted and written
  it.world.run();
  const auto found = it.kept.get(key(1));
  REQUIRE(found.ok());
  CHECK(same(*found, other));
}

TEST_CASE("A block that a dead writer gave back, and that is lost from the hot tier then, does not turn up later") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 6); // 1 and 2 are being written
  REQUIRE(*it.kept.erase(key(5)));
  REQUIRE(*it.kept.erase(key(6)));
  kill_writer(it);
  REQUIRE(it.has(1));
  REQUIRE(it.has(2));
  it.put_all(7, 10); // without a writer: all four leave
  CHECK(it.counters().lost.blocks == 4);
  it.world.disk().hang(false);
  it.world.advance(seconds{1}); // the old appends end
  for (unsigned number = 1; number <= 4; ++number)
    CHECK_FALSE(it.has(number));
}

TEST_CASE("A block whose write has ended when its writer dies, unheard, is persisted") {
  auto options = room_for_twelve();
  options.policy = write_policy::through;
  cache_world it{options};
  REQUIRE(it.put(1).ok());
  // Written; the notification is still on its way.
  it.world.run_until([&] { return !it.world.disk().next_due_ns(); }, seconds{1});
  caf::anon_send_exit(caf::actor_cast<caf::actor>(it.kept.actors().registry->writer()), caf::exit_reason::kill);
  it.world.run();
  const auto after = it.counters();
  CHECK(after.ledger.persisted().blocks + after.ledger.failed(fail_reason::writer_died).blocks == 1);
  CHECK(after.ledger.pending().blocks == 0);
  CHECK(after.lost.blocks == 0);
  CHECK(it.has(1));
}

TEST_CASE("While the writer is being replaced, clean blocks leave before dirty ones") {
  cache_world it;
  it.put_all(1, 3);
  REQUIRE(it.kept.flush().ok());
  REQUIRE(it.put(4).ok());
  for (unsigned number = 1; number <= 3; ++number)
    REQUIRE(it.has(number)); // the dirty block is the oldest now
  kill_writer(it);
  REQUIRE(it.put(5).ok());
  CHECK(it.has(4));
  CHECK(it.counters().lost.blocks == 0);
  CHECK(it.counters().ledger.failed(fail_reason::writer_died).blocks == 0);
}

TEST_CASE("A writer that dies while the cache closes costs no block: its successor writes what went back") {
  auto options = room_for_twelve();
  options.advanced.writes_in_flight = 1;
  cache_world it{options};
  it.put_all(1, 12);
  it.world.disk().hang(true);
  std::optional<close_report> report;
  it.kept.close_async(seconds{30}, [&](const result<close_report>& end) { report = end.value(); });
  it.world.deliver();
  kill_writer(it);
  it.world.disk().hang(false);
  it.world.advance(seconds{29});
  REQUIRE(report);
  CHECK(report->left == stats::amount{});
  CHECK(report->synced);
  CHECK(it.dropped(drop_reason::closing) == 0);
  CHECK(it.counters().lost.blocks == 0);
}

TEST_CASE("A write that fails once while the cache closes, or is flushed, is tried again") {
  const auto code = GENERATE(errc::io, errc::no_space);
  cache_world it;
  it.put_all(1, 4);
  it.world.files().fail_next(storage::file_operation::write, code, 4);
  SECTION("flush") {
    const auto report = it.kept.flush();
    REQUIRE(report.ok());
    CHECK(report->left == stats::amount{});
    CHECK(report->written.blocks == 4);
  }
  SECTION("close") {
    const auto report = it.kept.close();
    REQUIRE(report.ok());
    CHECK(report->left == stats::amount{});
  }
  const auto after = it.counters();
  CHECK(after.ledger.failed().blocks >= 1);
  CHECK(after.ledger.persisted().blocks == 4);
  CHECK(after.lost.blocks == 0);
}

TEST_CASE("A disk that stays full is tried until the deadline, ever more rarely, and nothing that was there is lost") {
  cache_world it;
  it.put_all(1, 4);
  it.world.files().fail_next(storage::file_operation::write, errc::no_space, 1'000'000);
  const auto before = it.world.now();
  const auto report = it.kept.flush(seconds{60});
  REQUIRE(report.ok());
  CHECK(it.world.now() - before <= seconds{61});
  CHECK(report->left == stats::amount{4, 4 * block_bytes});
  CHECK_FALSE(report->synced);
  CHECK(it.counters().ledger.failed(fail_reason::no_space).blocks < 200);
  for (unsigned number = 1; number <= 4; ++number)
    CHECK(it.has(number));
  CHECK(it.counters().lost.blocks == 0);
  it.world.files().fail_next(storage::file_operation::write, errc::no_space, 0);
  CHECK(it.kept.flush()->left == stats::amount{});
}

TEST_CASE("Idle cleaning tries again after a failure, with a back-off") {
  auto options = small_cache();
  options.idle_clean = milliseconds{200};
  cache_world it{options};
  it.world.files().fail_next(storage::file_operation::write, errc::no_space, 3);
  it.put_all(1, 1);
  it.world.advance(milliseconds{250});
  CHECK(it.counters().ledger.failed(fail_reason::no_space).blocks == 1);
  it.world.advance(seconds{10});
  CHECK(it.counters().ledger.failed(fail_reason::no_space).blocks == 3);
  CHECK(it.counters().ledger.persisted().blocks == 1);
}

TEST_CASE("A close whose room is held by a dead writer's appends goes on when those end") {
  cache_world it;
  it.put_all(1, 1);
  REQUIRE(it.kept.flush().ok()); // now there is a segment to write to
  it.world.disk().hang(true);
  it.put_all(4, 11); // four are being written, the mailbox is full
  kill_writer(it);
  CHECK(it.queue().slots == 4); // held until the appends have ended
  it.world.advance(seconds{1});
  std::optional<close_report> report;
  it.kept.close_async(seconds{20}, [&](const result<close_report>& end) { report = end.value(); });
  it.world.advance(milliseconds{100});
  it.world.disk().hang(false);
  it.world.advance(seconds{2});
  REQUIRE(report);
  CHECK(report->left == stats::amount{});
  CHECK(it.dropped(drop_reason::closing) == 0);
}

TEST_CASE("The reader that dies costs the blocks it was reading one miss; its successor reads them") {
  cache_world it;
  it.put_all(1, 5);
  it.world.run();
  it.world.disk().hang(true);
  std::optional<errc> end;
  it.kept.get_async(key(1), {}, [&](const result<buffer>& found) { end = found.code(); });
  it.world.deliver();
  caf::anon_send_exit(it.kept.actors().registry->reader(), caf::exit_reason::kill);
  it.world.deliver();
  CHECK(end == errc::not_found);
  CHECK(it.counters().errors == 1);
  CHECK(it.counters().misses == 1);
  it.world.disk().hang(false);
  it.world.advance(seconds{1});
  CHECK(it.has(1));
}

TEST_CASE("If hot_cache itself dies the cache is closed, and what was dirty or pending counts as lost") {
  cache_world it;
  it.world.disk().hang(true);
  it.put_all(1, 6);
  caf::anon_send_exit(it.kept.actors().hot_cache.actor, caf::exit_reason::kill);
  it.world.deliver();
  CHECK(it.put(7).code() == errc::closed);
  const auto counters = it.counters();
  CHECK(counters.lost == stats::amount{6, 6 * block_bytes});
  CHECK(counters.ledger.pending() == stats::amount{});
  CHECK(it.counters().lost == counters.lost); // counted once, however often stats reads the tallies
  REQUIRE(it.kept.reset_stats().ok());
  CHECK(it.counters().lost == stats::amount{});
}

TEST_CASE("However often the stats actor has died before, it is soon replaced if the last time is long ago") {
  cache_world it;
  for (int deaths = 0; deaths < 20; ++deaths) {
    caf::anon_send_exit(it.kept.actors().registry->stats(), caf::exit_reason::kill);
    it.world.advance(std::chrono::minutes{1});
  }
  caf::anon_send_exit(it.kept.actors().registry->stats(), caf::exit_reason::kill);
  it.world.advance(milliseconds{200});
  CHECK(it.kept.stats().ok());
}

TEST_CASE("A stats actor that dies again and again is replaced ever more slowly, up to a limit") {
  cache_world it;
  const auto kill = [&] {
    caf::anon_send_exit(it.kept.actors().registry->stats(), caf::exit_reason::kill);
    const auto before = it.world.now();
    it.world.run_until([&] { return it.kept.stats().ok(); }, std::chrono::minutes{1});
    return it.world.now() - before;
  };
  const auto first = kill();
  const auto second = kill();
  CHECK(second >= 2 * first - milliseconds{2});
  for (int deaths = 0; deaths < 20; ++deaths)
    kill();
  const auto last = kill();
  CHECK(last > seconds{9});
  CHECK(last < seconds{11});
}
