#include "tests/storage/segments/segments_on_disk.hpp"

#include <map>

using namespace hearth::testing;

namespace {

constexpr file_operation faults[] = {file_operation::open,   file_operation::write, file_operation::rename,
                                     file_operation::remove, file_operation::sync,  file_operation::reserve,
                                     file_operation::read};

/// Performs one random operation on a store; `number` and `size` are its arguments.
struct random_work {
  segments_world& world;
  std::mt19937& random;
  std::map<unsigned, std::vector<std::pair<unsigned, std::size_t>>> versions{}; ///< by key: seed and length
  std::vector<answer<void>> appended{};
  std::vector<answer<void>> synced{};
  std::vector<std::pair<unsigned, answer<block>>> got{};
  unsigned next_seed = 1'000;

  void append(std::size_t size_max) {
    const unsigned number = random() % 40;
    const auto size = random() % (random() % 4 == 0 ? size_max : 6'000);
    versions[number].emplace_back(++next_seed, size);
    appended.push_back(world.start_append(number, size, next_seed));
  }
  void act(std::size_t size_max) {
    switch (random() % 12) {
    case 0:
    case 1:
    case 2:
    case 3: append(size_max); break;
    case 4:
    case 5: {
      const unsigned number = random() % 40;
      got.emplace_back(number, world.start_read(number));
      break;
    }
    case 6: world.store->erase(key(random() % 40)); break;
    case 7: world.store->touch(key(random() % 40)); break;
    case 8:
      synced.emplace_back();
      world.store->sync(synced.back().done());
      break;
    case 9:
      if (random() % 10 == 0)
        world.settle();
      break;
    default:
      if (world.io.disk->next_due_ns())
        world.step();
      break;
    }
  }
  /// Whether a block was appended under its key with these bytes.
  bool known(unsigned number, const block& found) const {
    const auto at = versions.find(number);
    return at != versions.end() && std::any_of(at->second.begin(), at->second.end(), [&](const auto& one) {
             return one.second == found.payload.size() && same(found, payload(one.first + number, one.second));
           });
  }
  void check_answers() {
    for (const auto& one : appended)
      REQUIRE((one.ok() || one.code() == errc::io || one.code() == errc::no_space || one.code() == errc::too_large));
    for (const auto& one : synced)
      REQUIRE((one.ok() || one.code() == errc::io));
    for (const auto& [number, one] : got) {
      REQUIRE((one.ok() || one.code() == errc::not_found || one.code() == errc::corrupt));
      if (one.ok())
        REQUIRE(known(number, one.value()));
    }
  }
};

} // namespace

TEST_CASE("A segments store keeps its limit on the disk at every instant, whatever happens, and gets over it") {
  const auto seed = GENERATE(range(1u, 25u));
  INFO("seed " << seed);
  std::mt19937 random{seed};
  segments_world world;
  world.tuning.order = seed % 2 == 0 ? reclaim_order::fifo : reclaim_order::least_useful;
  world.tuning.reclaim_ahead_bytes = seed % 3 == 0 ? 0 : 16'384;
  world.tuning.reappend_percent = seed % 4 == 0 ? 50 : 0;
  world.tuning.sync_bytes = seed % 5 == 0 ? 100'000 : 0;
  world.open_segments(5);
  const bool faulty = seed % 6 != 0;
  random_work work{world, random};
  for (int round = 0; round < 1'200; ++round) {
    if (faulty && random() % 20 == 0)
      world.disk->fail_next(faults[random() % std::size(faults)], random() % 2 == 0 ? errc::no_space : errc::io,
                            1 + random() % 3, random() % 3);
    work.act(60'000);
    REQUIRE(world.balanced());
    REQUIRE(world.disk->bytes_in_use() <= world.store->bytes_in_use());
    REQUIRE(world.store->bytes_in_use() <= world.store->bytes_max());
  }
  for (const auto operation : faults)
    world.disk->fail_next(operation, errc::io, 0);
  world.settle();
  CHECK(world.disk->bytes_peak() <= world.store->bytes_max());
  work.check_answers();
  for (unsigned i = 0; i < 30; ++i) { // the faults have no lasting effect
    REQUIRE(world.append(100 + i, 1 + random() % 60'000) == errc::none);
    REQUIRE(world.has(100 + i));
  }
  REQUIRE(world.sync() == errc::none);
  const auto before = world.in_order();
  world.kill();
  world.open_segments(5);
  CHECK(world.in_order() == before);
  CHECK(world.report.damaged == 0);
  CHECK(world.report.foreign == 0);
}

TEST_CASE("A disk that is full below the limit has segments recycled instead of made") {
  segments_world world;
  world.open_segments(20);
  world.disk->capacity(world.room(4));
  for (unsigned i = 0; i < 200; ++i) {
    REQUIRE(world.append(i, i % 10 == 0 ? 40'000 : 4096) == errc::none);
    REQUIRE(world.has(i));
  }
  CHECK(world.segment_files() >= 3);
  CHECK(world.store->bytes_in_use() <= world.room(6));
  CHECK(world.balanced());
  world.disk->capacity(world.room(30)); // space again: the store grows
  REQUIRE(world.sync() == errc::none);
  for (unsigned i = 0; i < 100; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.segment_files() > 6);
}

TEST_CASE("A full disk says no_space only if there is nothing to reclaim") {
  segments_world world;
  world.open_segments(20);
  world.disk->capacity(world.disk->bytes_in_use() + 10'000);
  CHECK(world.append(1, 4096) == errc::no_space);
  CHECK(world.append(2, 4096) == errc::no_space);
  world.disk->capacity(1 << 20);
  CHECK(world.append(3, 4096) == errc::none);
}

TEST_CASE("On a disk too full for an index a sync fails, appends go on, and a later sync makes up for it") {
  segments_world world;
  world.open_segments(2);
  for (unsigned i = 0; i < 16; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.disk->capacity(world.disk->bytes_in_use() - 20'000); // full even after an index is removed
  for (unsigned i = 16; i < 40; ++i) {
    REQUIRE(world.append(i, 4096) == errc::none);
    REQUIRE(same(world.read(i).value(), payload(i, 4096)));
  }
  CHECK(world.sync() == errc::io);
  const auto present = world.in_order();
  world.disk->capacity(1 << 20);
  REQUIRE(world.sync() == errc::none);
  CHECK(world.store->ledger(std::nullopt).synced.blocks == 40);
  world.kill();
  world.open_segments(2);
  CHECK(world.in_order() == present);
  CHECK(world.report.unfinished == 0);
}

TEST_CASE("A segment that was begun anew on a disk too full for its index has one again after the next sync") {
  segments_world world;
  world.tuning.reclaim_ahead_bytes = 65'536;
  world.open_segments(2);
  for (unsigned i = 0; i < 8; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  for (unsigned i = 8; i < 14; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  world.disk->capacity(world.disk->bytes_in_use() - 20'000); // the next append needs the first segment again
  REQUIRE(world.append(14, 4096) == errc::none);
  world.settle();
  REQUIRE_FALSE(world.disk->open(index_path(0), open_mode::read)); // recycled, nothing written to it yet
  world.disk->capacity(1 << 20);
  REQUIRE(world.sync() == errc::none);
  CHECK(world.index_of(0).entries.empty());
  world.kill();
  world.open_segments(2);
  CHECK(world.report.unfinished == 0);
}

TEST_CASE("A sync that the disk refuses says so, and the next one covers the same blocks") {
  segments_world world;
  world.open_segments(3);
  REQUIRE(world.append(1, 4096) == errc::none);
  const auto [operation, skip] = GENERATE(table<file_operation, std::uint64_t>(
      {{file_operation::sync, 0}, {file_operation::sync, 1}, {file_operation::rename, 0}, {file_operation::write, 0}}));
  world.disk->fail_next(operation, errc::io, 1, skip);
  CHECK(world.sync() == errc::io);
  CHECK(world.store->ledger(std::nullopt).synced.blocks == 0);
  CHECK(world.store->activity().sync_failures == 1);
  CHECK(world.sync() == errc::none);
  CHECK(world.store->ledger(std::nullopt).synced.blocks == 1);
  CHECK(world.index_of(0).entries.size() == 1);
}

TEST_CASE("An index that cannot be removed keeps its segment: no block is ever written to a file without a name") {
  segments_world world;
  world.open_segments(3);
  for (unsigned i = 0; i < 17; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  world.disk->fail_next(file_operation::remove, errc::io, 1);
  REQUIRE(world.store->limit(world.room(2)));
  world.settle();
  REQUIRE(world.store->limit(world.room(3)));
  for (unsigned i = 20; i < 60; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  const auto before = world.in_order();
  world.kill();
  world.open_segments(3);
  CHECK(world.in_order() == before);
}

TEST_CASE("A segment that could be neither made nor taken away again stays charged, and does not stand in the way") {
  segments_world world;
  world.open_segments(3);
  REQUIRE(world.append(0, 4096) == errc::none);
  world.disk->fail_next(file_operation::reserve, errc::io);
  world.disk->fail_next(file_operation::remove, errc::io, 3);
  CHECK(world.append(1, 40'000) == errc::io);
  for (unsigned i = 2; i < 60; ++i) {
    world.disk->fail_next(file_operation::remove, errc::io, 0);
    REQUIRE(world.append(i, i % 5 == 0 ? 40'000 : 4096) == errc::none);
    REQUIRE(world.disk->bytes_in_use() <= world.store->bytes_in_use());
  }
  CHECK(world.disk->bytes_peak() <= world.store->bytes_max());
}

TEST_CASE("A name that somebody has taken since the store was opened is left alone, and another one is used") {
  segments_world world;
  world.open_segments(3);
  put_file(*world.disk, data_path(0), "mine");
  REQUIRE(world.append(1, 4096) == errc::none);
  CHECK(read_file(*world.disk, data_path(0)) == "mine");
  CHECK(same(world.read(1).value(), payload(1, 4096)));
}

TEST_CASE("A limit that cannot be reached because files cannot be removed is tried for again, not all the time") {
  segments_world world;
  world.open_segments(3);
  for (unsigned i = 0; i < 24; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.disk->fail_next(file_operation::remove, errc::io, 1'000'000);
  REQUIRE(world.store->limit(world.room(1)));
  world.settle();
  CHECK(world.store->bytes_in_use() > world.store->bytes_max());
  CHECK(world.append(30, 4096) == errc::io);
  world.disk->fail_next(file_operation::remove, errc::io, 0);
  if (GENERATE(false, true))
    REQUIRE(world.append(31, 4096) == errc::none);
  else
    REQUIRE(world.sync() == errc::none); // a cache without further puts
  CHECK(world.store->bytes_in_use() <= world.store->bytes_max());
}
