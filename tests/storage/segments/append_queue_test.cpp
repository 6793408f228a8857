#include "storage/segments/append_queue.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

constexpr std::uint64_t record = 8192; ///< bytes

/// A queue that gathers four records per write, and two segments for the records.
struct queue_world {
  queue_world() {
    config.write_bytes = 4 * record;
    config.writes_in_flight = 2;
    for (std::uint32_t slot = 0; slot < 2; ++slot)
      segments.add(slot).generation = 10 + slot;
  }
  std::shared_ptr<segment_append> make(unsigned number, std::uint64_t record_bytes = record) {
    auto made = std::make_shared<segment_append>();
    made->request.item.key = key(number);
    made->record_bytes = record_bytes;
    return made;
  }
  /// Places a record behind the last one of its segment.
  std::shared_ptr<segment_append> place(unsigned number, std::uint32_t slot = 0, std::uint64_t record_bytes = record) {
    const auto made = make(number, record_bytes);
    queue.place(made, {slot, cursors[slot]});
    cursors[slot] += record_bytes;
    return made;
  }
  std::shared_ptr<record_write> gather() { return queue.gather(segments); }

  segments_store_config config;
  segment_table segments{1 << 20};
  append_queue queue{config};
  std::uint64_t cursors[2] = {0, 0};
};

} // namespace

TEST_CASE("Appends wait in the order in which they came, numbered on from what recovery found") {
  queue_world world;
  world.queue.number_from(100);
  for (unsigned i = 1; i <= 3; ++i)
    world.queue.add(world.make(i));
  CHECK(world.queue.waiting() == 3);
  for (unsigned i = 1; i <= 3; ++i) {
    CHECK(world.queue.first().request.item.key == key(i));
    CHECK(world.queue.take_first()->sequence == 99 + i);
  }
  CHECK_FALSE(world.queue.any_waiting());
}

TEST_CASE("The first record is written at once, those that come meanwhile are gathered until there are enough") {
  queue_world world;
  world.place(1);
  const auto first = world.gather();
  REQUIRE(first);
  CHECK(first->records.size() == 1);
  for (unsigned i = 2; i <= 4; ++i) {
    world.place(i);
    CHECK_FALSE(world.gather());
  }
  world.place(5);
  const auto second = world.gather();
  REQUIRE(second);
  CHECK(second->records.size() == 4);
  CHECK(second->offset == record);
  CHECK(second->bytes == 4 * record);
  CHECK(second->generation == 10);
  CHECK_FALSE(world.gather());
}

TEST_CASE("What waits for company is written when no other write is in flight") {
  queue_world world;
  world.place(1);
  const auto first = world.gather();
  world.place(2);
  REQUIRE_FALSE(world.gather());
  world.queue.ended(*first);
  const auto second = world.gather();
  REQUIRE(second);
  CHECK(second->records.front()->request.item.key == key(2));
}

TEST_CASE("No more writes are in flight than the configuration says") {
  queue_world world;
  for (unsigned i = 0; i < 12; ++i)
    world.place(i);
  const auto first = world.gather();
  REQUIRE(first);
  REQUIRE(world.gather());
  CHECK_FALSE(world.gather());
  world.queue.ended(*first);
  CHECK(world.gather());
}

TEST_CASE("A write ends where the next record is in another segment or not next to the last one") {
  queue_world world;
  world.place(1, 0);
  world.place(2, 1);
  world.cursors[1] += record; // a place of another append
  world.place(3, 1);
  const auto first = world.gather();
  REQUIRE(first);
  CHECK(first->slot == 0);
  CHECK(first->records.size() == 1);
  const auto second = world.gather();
  REQUIRE(second);
  CHECK(second->slot == 1);
  CHECK(second->generation == 11);
  CHECK(second->records.size() == 1);
}

TEST_CASE("A write has no more records than the system takes parts for") {
  queue_world world;
  world.config.write_bytes = 1ull << 40;
  for (unsigned i = 0; i < append_queue::records_at_once + 1; ++i)
    world.place(i);
  const auto first = world.gather();
  REQUIRE(first);
  CHECK(first->records.size() == append_queue::records_at_once);
  CHECK_FALSE(world.gather());
  world.queue.ended(*first);
  CHECK(world.gather()->records.size() == 1);
}

TEST_CASE("The oldest append that is not written yet is known by its order, also while writes end out of turn") {
  queue_world world;
  CHECK(world.queue.oldest_unwritten() == append_queue::all_written);
  for (unsigned i = 0; i < 9; ++i)
    world.place(i);
  CHECK(world.queue.next_order() == 10);
  const auto first = world.gather();
  const auto second = world.gather();
  REQUIRE((first && second));
  CHECK(world.queue.oldest_unwritten() == 1);
  world.queue.ended(*second);
  CHECK(world.queue.oldest_unwritten() == 1);
  world.queue.ended(*first);
  CHECK(world.queue.oldest_unwritten() == 9); // placed, not gathered yet
  const auto third = world.gather();
  REQUIRE(third);
  CHECK(world.queue.oldest_unwritten() == 9);
  world.queue.ended(*third);
  CHECK(world.queue.oldest_unwritten() == append_queue::all_written);
}

TEST_CASE("An erase takes out what waits, and marks what is placed or being written") {
  queue_world world;
  const auto writing = world.place(7);
  REQUIRE(world.gather());
  const auto placed = world.place(7);
  const auto other = world.place(8);
  world.queue.add(world.make(7));
  world.queue.add(world.make(8));
  world.queue.add(world.make(7));
  const auto taken = world.queue.take_waiting([](const auto& one) { return one.request.item.key == key(7); });
  world.queue.mark_erased([](const block& item) { return item.key == key(7); });
  REQUIRE(taken.size() == 2);
  CHECK(taken[0]->sequence == 1);
  CHECK(taken[1]->sequence == 3);
  CHECK(world.queue.waiting() == 1);
  CHECK(writing->erased);
  CHECK(placed->erased);
  CHECK_FALSE(other->erased);
}

TEST_CASE("When the store gives up, what waits and what is placed is handed back, but not what is being written") {
  queue_world world;
  const auto writing = world.place(1);
  const auto write = world.gather();
  REQUIRE(write);
  const auto placed = world.place(2);
  world.queue.add(world.make(3));
  CHECK(world.queue.take_all_placed() == std::deque{placed});
  CHECK(world.queue.take_all_waiting().size() == 1);
  CHECK_FALSE(world.queue.any_waiting());
  CHECK(world.queue.oldest_unwritten() == writing->order);
  world.queue.ended(*write);
  CHECK(world.queue.oldest_unwritten() == append_queue::all_written);
}
