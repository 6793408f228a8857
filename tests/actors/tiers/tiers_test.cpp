// What an actor_world cannot test: a cold tier that changes on its own threads between two lookups of the tiers.
#include "actors/tiers/tiers.hpp"
#include "tests/actors/sent_blocks.hpp"
#include "tests/actors/tiers/store_without_disk.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr std::uint64_t block_bytes = 4096;

/// Store in which, just before a clear begins, `landing` becomes readable and `leaving` is reclaimed: as if a thread of
/// the I/O engine ran at that moment.
class hurried_store final : public store_without_disk {
public:
  std::set<storage::block_key> landing;
  std::set<storage::block_key> leaving;
  std::vector<storage::block_key> used; ///< in order of use

  void touch(const storage::block_key& key) override { used.push_back(key); }
  bool erase(const storage::block_key& key) override {
    landing.erase(key);
    return store_without_disk::erase(key);
  }
  std::size_t clear(std::optional<storage::namespace_id> name_space) override {
    for (const auto& key : landing)
      present[key] = {0, block_bytes};
    for (const auto& key : leaving)
      present.erase(key);
    return store_without_disk::clear(name_space);
  }
};

std::shared_ptr<actors::limits_now> four_blocks() {
  auto limits = std::make_shared<actors::limits_now>();
  limits->hot_bytes_max = 4 * block_bytes;
  return limits;
}

/// Tiers with room for four hot blocks over this store. The writer is this test.
struct hurried_world {
  void put(unsigned number) { REQUIRE(kept.put({key(number), 0, {}, payload(number, block_bytes)}).ok()); }
  void write_all() {
    auto dirty = kept.dirty();
    kept.offer_from(dirty, actors::urgency::all_of_it);
    for (const auto& one : sent)
      REQUIRE(one.block.ticket->start());
  }

  std::shared_ptr<actors::limits_now> limits = four_blocks();
  std::shared_ptr<hurried_store> store = std::make_shared<hurried_store>();
  std::shared_ptr<stats::tally> tally = std::make_shared<stats::tally>();
  std::vector<sent_block> sent;
  actors::tiers kept{{.block_bytes_max = block_bytes, .budget = {}},
                     limits,
                     std::make_shared<storage::hot_index>(),
                     store,
                     std::make_shared<messages::gate>(messages::gate_limits{8, 64 * block_bytes, 0}),
                     tally,
                     [this](messages::write_request x) { take_apart(std::move(x), sent); },
                     [] { return 0; }};
};

} // namespace

TEST_CASE("A block whose write ends while its namespace is cleared is counted once") {
  hurried_world world;
  world.put(1);
  world.put(2);
  world.write_all();
  world.store->landing = {key(1)}; // hot, pending, and soon cold as well
  CHECK(world.kept.clear({}) == 2);
  CHECK(world.kept.look(0, key(1)).where == actors::place::nowhere);
  CHECK(world.store->present.empty());
}

TEST_CASE("What died with the writer is pending until that is known, and no more than its mailbox holds ever is") {
  hurried_world world;
  for (unsigned number = 1; number <= 30; ++number) {
    static_cast<void>(world.kept.put({key(number), 0, {}, payload(number, block_bytes)}));
    world.sent.clear(); // the writer has died; the room in its mailbox is free at once
    CHECK(world.kept.pending().size() <= 8);
  }
  CHECK(world.kept.pending().size() == 8);
  world.kept.writer_died();
  CHECK(world.kept.pending().empty());
  CHECK(world.tally->read().at(0).counters.ledger.balanced());
}

TEST_CASE("A hot block whose cold copy is reclaimed while its namespace is cleared is counted once") {
  hurried_world world;
  world.put(1);
  world.store->present = {{key(1), {0, block_bytes}}, {key(2), {0, block_bytes}}};
  world.store->leaving = {key(1)};
  CHECK(world.kept.clear({}) == 2);
  CHECK(world.kept.look(0, key(1)).where == actors::place::nowhere);
}

TEST_CASE("A hot block whose cold copy is gone when the hot tier is cleared is offered, not lost") {
  hurried_world world;
  world.put(1);
  world.store->present = {{key(1), {0, block_bytes}}};
  auto dirty = world.kept.dirty();
  world.kept.offer_from(dirty, actors::urgency::all_of_it); // clean now
  REQUIRE(world.sent.empty());
  world.store->present.clear(); // reclaimed: the message has not come yet
  const auto report = world.kept.clear_hot({});
  CHECK(report.removed == 1);
  REQUIRE(world.sent.size() == 1);
  CHECK(world.kept.look(0, key(1)).where == actors::place::pending);
  world.kept.reclaimed(key(1));
  CHECK(world.kept.hot().blocks() == 0);
}

TEST_CASE("The use of a hot block passes on to its cold copy when the hot tier is cleared") {
  hurried_world world;
  for (unsigned number = 1; number <= 3; ++number) {
    world.put(number);
    world.store->present[key(number)] = {0, block_bytes};
  }
  auto dirty = world.kept.dirty();
  world.kept.offer_from(dirty, actors::urgency::all_of_it); // clean now
  world.kept.touch(world.kept.hot().slot_of(key(3)));
  world.kept.touch(world.kept.hot().slot_of(key(1)));
  CHECK(world.kept.clear_hot({}).removed == 3);
  CHECK(world.store->used == std::vector{key(3), key(1)});
}

TEST_CASE("A block whose write ends while the cold tier is cleared is counted once, and stays hot") {
  hurried_world world;
  world.put(1);
  world.put(2);
  world.write_all();
  world.store->landing = {key(1)}; // hot, pending, and soon cold as well
  const auto report = world.kept.clear_cold({});
  CHECK(report.removed == 2);
  CHECK(report.still_hot == 2);
  CHECK(world.store->present.empty());
  CHECK(world.kept.hot().blocks() == 2);
  CHECK(world.tally->read().at(0).gauges.dirty.blocks == 2);
  for (const auto& one : std::exchange(world.sent, {}))
    world.kept.settle(one.block.sequence, {}); // written before they were erased
  CHECK(world.tally->read().at(0).gauges.dirty.blocks == 2);
  CHECK(world.kept.pending().empty());
  CHECK(world.tally->read().at(0).counters.ledger.balanced());
}

TEST_CASE("After a clear of the cold tier heads of chains are written again before their tails") {
  hurried_world world;
  world.put(1);
  REQUIRE(world.kept.put({key(2), 0, key(1), payload(2, block_bytes)}).ok());
  REQUIRE(world.kept.put({key(3), 0, key(2), payload(3, block_bytes)}).ok());
  for (unsigned number = 3; number > 0; --number)
    world.kept.touch(world.kept.hot().slot_of(key(number))); // deepest first, as a get of the chain
  for (unsigned number = 1; number <= 3; ++number)
    world.store->present[key(number)] = {0, block_bytes};
  auto dirty = world.kept.dirty();
  world.kept.offer_from(dirty, actors::urgency::all_of_it); // clean now
  CHECK(world.kept.clear_cold({}).still_hot == 3);
  dirty = world.kept.dirty();
  world.kept.offer_from(dirty, actors::urgency::all_of_it);
  REQUIRE(world.sent.size() == 3);
  for (unsigned number = 1; number <= 3; ++number)
    CHECK(world.sent[number - 1].block.item.key == key(number));
}
