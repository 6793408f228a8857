#include "tests/storage/segments/segments_on_disk.hpp"

using namespace hearth::testing;

namespace {

/// Three full segments of eight blocks each, 0 to 23. Blocks of the first are used again, as the arguments say.
struct full_world : segments_world {
  explicit full_world(unsigned percent, std::initializer_list<unsigned> used = {}) {
    tuning.reappend_percent = percent;
    tuning.order = reclaim_order::fifo;
    tuning.reclaim_ahead_bytes = 32'768; // a quarter, with segments of 64 KiB
    open_segments(4);
    for (unsigned i = 0; i < 24; ++i)
      REQUIRE(append(i, 4096) == errc::none);
    for (const auto number : used)
      store->touch(key(number));
  }
};

/// Room for three segments of 32 blocks each, of which half may be reappended. Two are full, with blocks 0 to 63.
struct half_kept_world : segments_world {
  half_kept_world() {
    tuning.reappend_percent = 50;
    tuning.order = reclaim_order::fifo;
    tuning.reclaim_ahead_bytes = 65'536;
    tuning.segment_bytes = 32 * 8192;
    open_segments(3);
    for (unsigned i = 0; i < 64; ++i)
      REQUIRE(append(i, 4096) == errc::none);
  }
};

} // namespace

TEST_CASE("Blocks that were used since they were written survive reclaim, last used first, within the budget") {
  full_world world{GENERATE(30u, 12u, 0u), {5, 1, 3}};
  const bool any = world.tuning.reappend_percent == 30; // two blocks of eight; 12 percent are less than one
  for (unsigned i = 24; i < 30; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.store->ledger(std::nullopt).reclaimed.blocks == 0);
  REQUIRE(world.append(30, 4096) == errc::none); // one place is left: the next segment is prepared
  CHECK(world.store->activity().reappended_bytes == (any ? 8192 : 0));
  CHECK(world.has(3) == any);
  for (const unsigned gone : {0, 1, 2, 4, 5, 6, 7})
    CHECK_FALSE(world.has(gone));
  if (any)
    CHECK(same(world.read(3).value(), payload(3, 4096)));
  for (unsigned i = 31; i < 60; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.balanced());
  CHECK(world.disk->bytes_peak() <= world.store->bytes_max());
}

TEST_CASE("What is kept of a segment is copied into the open one, as often as there is room") {
  half_kept_world world;
  unsigned next = 64;
  for (const unsigned used : {3, 9, 4})
    world.store->touch(key(used));
  for (; next < 90; ++next) // fills the third segment up to the preparation of the next one
    REQUIRE(world.append(next, 4096) == errc::none);
  CHECK(world.store->activity().reappended_bytes == 3 * 8192);
  CHECK(world.store->ledger(std::nullopt).reclaimed.blocks == 29);
  for (const unsigned kept : {3, 9, 4})
    CHECK(same(world.read(kept).value(), payload(kept, 4096)));
  REQUIRE(world.sync() == errc::none);
  const auto before = world.in_order();
  world.kill();
  world.open_segments(3);
  CHECK(world.in_order() == before);
  for (const unsigned kept : {3, 9, 4})
    CHECK(same(world.read(kept).value(), payload(kept, 4096)));
}

TEST_CASE("Copies that find no room in the open segment do not hold up the appends behind them") {
  const bool large = GENERATE(false, true);
  segments_world world;
  world.tuning.reappend_percent = 50;
  world.tuning.order = reclaim_order::fifo;
  world.tuning.reclaim_ahead_bytes = 16'384;
  world.open_segments(3);
  for (unsigned i = 0; i < 24 + 7; ++i) {
    REQUIRE(world.append(i, large && i < 8 ? 28'672 : 4096) == errc::none);
    world.store->touch(key(i));
  }
  for (unsigned i = 40; i < 100; ++i) {
    REQUIRE(world.append(i, 4096) == errc::none);
    world.store->touch(key(i));
  }
  CHECK(world.balanced());
}

TEST_CASE("A copied block that is erased before its old segment is overwritten stays away after a sync") {
  half_kept_world world;
  unsigned next = 64;
  for (unsigned used = 0; used < 10; ++used)
    world.store->touch(key(used));
  for (; next < 89; ++next)
    static_cast<void>(world.start_append(next, 4096));
  world.step_until([&] { return world.store->activity().reappended_bytes > 0; });
  REQUIRE(world.store->clear(std::nullopt) > 0);
  answer<void> synced;
  world.store->sync(synced.done());
  world.step_until([&] { return synced.given(); });
  REQUIRE(synced.ok());
  world.kill();
  world.open_segments(3);
  CHECK(world.in_order().empty());
}

TEST_CASE("What was reclaimed before a sync stays away as well: an erase may have come too late to see it") {
  segments_world world;
  world.open_segments(2);
  for (unsigned i = 0; i < 16; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.io.disk->latency({100'000, 1'000, 1'000'000'000});
  auto got = world.start_read(0); // keeps the victim in use
  for (unsigned i = 8; i < 16; ++i)
    world.store->touch(key(i));
  auto appended = world.start_append(16, 4096);
  REQUIRE_FALSE(world.has(1)); // reclaimed
  CHECK_FALSE(world.store->erase(key(1)));
  answer<void> synced;
  world.store->sync(synced.done());
  world.step_until([&] { return synced.given(); });
  REQUIRE(synced.ok());
  world.kill();
  world.open_segments(2);
  CHECK_FALSE(world.has(1));
}

TEST_CASE("A limit that is lowered where nothing is left to keep gives segments back") {
  segments_world world;
  world.open_segments(3);
  for (unsigned i = 0; i < 24; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.store->clear(std::nullopt) == 24);
  REQUIRE(world.sync() == errc::none);
  world.close();
  world.open_segments(3);
  REQUIRE(world.store->keys().empty());
  REQUIRE(world.store->limit(world.room(1)));
  world.settle();
  CHECK(world.segment_files() <= 1);
  CHECK(world.store->bytes_in_use() <= world.store->bytes_max());
}

TEST_CASE("A limit that is lowered and raised under load is kept as soon as can be, and never exceeded when raised") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u);
  INFO("seed " << seed);
  std::mt19937 random{seed};
  segments_world world;
  world.tuning.reclaim_ahead_bytes = 16'384;
  world.open_segments(8);
  std::vector<answer<void>> appended;
  for (int round = 0; round < 60; ++round) {
    REQUIRE(world.store->limit(world.room(2 + random() % 7)));
    for (int i = 0; i < 12; ++i) {
      appended.push_back(world.start_append(random() % 100, random() % 20'000));
      if (world.io.disk->next_due_ns())
        world.step();
    }
    if (random() % 3 == 0) {
      world.settle();
      REQUIRE(world.store->bytes_in_use() <= world.store->bytes_max());
      REQUIRE(world.disk->bytes_in_use() <= world.store->bytes_max());
    }
    REQUIRE(world.balanced());
  }
  world.settle();
  for (const auto& one : appended)
    CHECK((one.ok() || one.code() == errc::no_space));
  REQUIRE(world.store->limit(world.room(8)));
  CHECK(world.append(200, 4096) == errc::none);
}

TEST_CASE("Large and small blocks by turns: neither starves, and no segment lies idle for ever") {
  segments_world world;
  world.tuning.reclaim_ahead_bytes = GENERATE(0u, 16'384u);
  world.open_segments(3);
  std::mt19937 random{11};
  for (unsigned i = 0; i < 400; ++i) {
    REQUIRE(world.append(i, random() % 2 == 0 ? 33'000 + random() % 27'000 : random() % 10'000) == errc::none);
    REQUIRE(world.has(i));
  }
  CHECK(world.disk->bytes_peak() <= world.store->bytes_max());
}

TEST_CASE("On threads and a real disk many blocks a segment are kept, given up and found again") {
  const auto order = GENERATE(reclaim_order::fifo, reclaim_order::least_useful);
  posix_segments_world world;
  world.tuning.segment_bytes = 65'536;
  world.tuning.order = order;
  world.tuning.reappend_percent = 30;
  world.tuning.reclaim_ahead_bytes = 16'384;
  world.tuning.sync_bytes = 200'000;
  const auto budget = segments_fixed_bytes(world.tuning) + 6 * segment_charge(world.tuning, 4096);
  world.open_bytes(budget);
  std::mt19937 random{99};
  std::vector<answer<void>> appended;
  std::vector<answer<void>> synced;
  std::vector<std::pair<unsigned, answer<block>>> got;
  const auto size_of = [](unsigned number) { return number % 11 == 0 ? 40'000u : number * 997 % 12'000; };
  for (int round = 0; round < 800; ++round) {
    const unsigned number = random() % 60;
    switch (random() % 8) {
    case 0:
    case 1:
    case 2: appended.push_back(world.start_append(number, size_of(number))); break;
    case 3:
    case 4: got.emplace_back(number, world.start_read(number)); break;
    case 5: world.store->erase(key(number)); break;
    case 6: world.store->touch(key(number)); break;
    default:
      if (random() % 8 == 0)
        world.store->sync(synced.emplace_back().done());
      break;
    }
  }
  world.settle();
  for (const auto& one : appended)
    REQUIRE(one.ok());
  for (const auto& one : synced)
    REQUIRE(one.ok());
  for (const auto& [number, one] : got) {
    REQUIRE((one.ok() || one.code() == errc::not_found));
    if (one.ok())
      REQUIRE(same(one.value(), payload(number, size_of(number))));
  }
  CHECK(world.balanced());
  CHECK(world.store->bytes_in_use() <= budget);
  REQUIRE(world.sync() == errc::none);
  const auto before = world.numbers();
  world.close();
  world.open_bytes(budget);
  CHECK(world.numbers() == before);
  for (const auto number : before)
    REQUIRE(same(world.read(number).value(), payload(number, size_of(number))));
}
