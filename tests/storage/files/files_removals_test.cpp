#include "tests/storage/files/files_on_disk.hpp"

using namespace hearth::testing;

TEST_CASE("A file that cannot be removed stays charged and is tried again: never stuck for ever") {
  memory_store_world world;
  world.open(2, 4096);
  REQUIRE(world.append(1, 4096) == errc::none);
  REQUIRE(world.append(2, 4096) == errc::none);
  world.disk->fail_next(file_operation::remove, errc::io, 2);
  // Nothing could be removed, and nothing is left to reclaim.
  CHECK(world.append(3, 3 * 4096) == errc::no_space);
  CHECK(world.store->bytes_in_use() == world.store->bytes_max());
  CHECK(world.append(4, 4096) == errc::none);
  CHECK(world.append(5, 4096) == errc::none);
  CHECK(world.disk->bytes_peak() <= world.store->bytes_max());
}

TEST_CASE("A sync fails while an erased block would be found again, and tries once more each time") {
  memory_store_world world;
  world.open(2, 4096);
  REQUIRE(world.append(1, 4096) == errc::none);
  world.disk->fail_next(file_operation::remove, errc::io, 2);
  world.store->erase(key(1));
  world.settle();
  CHECK(world.sync() == errc::io);
  CHECK(world.sync() == errc::none);
  CHECK(files_in(world) == 0);
}

TEST_CASE("A sync that the disk refuses says so") {
  memory_store_world world;
  world.open(2, 100);
  world.disk->fail_next(file_operation::sync, errc::io);
  CHECK(world.sync() == errc::io);
  CHECK(world.sync() == errc::none);
}

TEST_CASE("A sync is answered after the removals that were decided before it, in flight or not") {
  memory_store_world world;
  world.open(4, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  auto appended = world.start_append(2, 100);
  auto got = world.start_read(1);
  world.store->erase(key(1)); // its file goes when the read has ended
  world.store->erase(key(2)); // it vanishes as soon as it has been written
  answer<void> synced;
  world.store->sync(synced.done());
  while (!synced.given()) {
    REQUIRE(world.io.disk->next_due_ns());
    *world.io.now_ns = *world.io.disk->next_due_ns();
    world.io.disk->step();
  }
  CHECK(synced.ok());
  CHECK(appended.ok());
  CHECK(got.ok());
  CHECK(files_in(world) == 0);
}

TEST_CASE("A disk that is full, and on which no file can be removed, costs no more blocks than that shows") {
  memory_store_world world;
  world.open(100, 100);
  for (unsigned number = 1; number <= 40; ++number)
    REQUIRE(world.append(number, 100) == errc::none);
  world.disk->fail_next(file_operation::reserve, errc::no_space, 10'000);
  world.disk->fail_next(file_operation::write, errc::no_space, 10'000);
  world.disk->fail_next(file_operation::remove, errc::io, 10'000);
  for (unsigned number = 41; number <= 140; ++number)
    CHECK(world.append(number, 100) == errc::no_space);
  CHECK(world.store->ledger(std::nullopt).reclaimed.blocks <= 26);
}

TEST_CASE("Syncs that wait for each other share the work, and each is answered") {
  memory_store_world world;
  open_with_three(world);
  const auto before = world.store->activity().syncs;
  std::vector<answer<void>> answers(5);
  for (const auto& one : answers)
    world.store->sync(answer<void>{one}.done());
  world.settle();
  for (const auto& one : answers)
    CHECK(one.ok());
  CHECK(world.store->activity().syncs == before + 2); // the first, and one for all that came while it was at work
}

TEST_CASE("An erase with no append beside it is made durable before long, too") {
  memory_store_world world;
  open_with_three(world);
  const auto before = world.store->activity().syncs;
  world.store->sync_soon();
  world.settle();
  CHECK(world.store->activity().syncs == before); // there is nothing to sync
  CHECK(world.store->erase(key(2)));
  world.store->sync_soon();
  world.settle();
  CHECK(world.store->activity().syncs == before + 1);
}

TEST_CASE("Where no file can be removed any more, not every block is given up for appends") {
  memory_store_world world;
  world.open(40, 100);
  for (unsigned number = 1; number <= 40; ++number)
    REQUIRE(world.append(number, 100) == errc::none);
  world.disk->fail_next(file_operation::remove, errc::io, 10'000); // as if the kernel had made it read-only
  for (unsigned number = 41; number <= 80; ++number)
    CHECK(world.append(number, 100) == errc::no_space);
  CHECK(world.store->ledger(std::nullopt).reclaimed.blocks <= 11);
}
