// Plans over tiers without a disk. Cold blocks are tested in a whole cache: tests/actors/read_path_test.cpp.
#include "actors/tiers/prefix_planner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <array>
#include <initializer_list>
#include <memory>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr std::uint64_t block_bytes = 64;

std::shared_ptr<actors::limits_now> room_for(std::uint64_t blocks) {
  auto limits = std::make_shared<actors::limits_now>();
  limits->hot_bytes_max = blocks * block_bytes;
  return limits;
}

/// Blocks 1 to 4 in a hot tier for four blocks, with a planner.
struct planned_world {
  planned_world() {
    for (unsigned number = 1; number <= 4; ++number)
      put(number);
  }

  void put(unsigned number) { REQUIRE(kept.put({key(number), 0, {}, payload(number, block_bytes)}).ok()); }

  actors::prefix_plan plan(std::initializer_list<unsigned> chain, std::uint64_t bytes_max = 0) {
    messages::get_prefix_request asked;
    asked.bytes_max = bytes_max;
    for (const auto number : chain)
      asked.keys.push_back(key(number));
    return planner.plan(asked, 1, true);
  }

  stats::counters counted() const { return tally->read().at(0).counters; }

  std::shared_ptr<actors::limits_now> limits = room_for(4);
  std::shared_ptr<stats::tally> tally = std::make_shared<stats::tally>();
  actors::cold_reads reads;
  actors::tiers kept{{.block_bytes_max = block_bytes, .budget = {}},
                     limits,
                     std::make_shared<storage::hot_index>(),
                     nullptr,
                     nullptr,
                     tally,
                     [](messages::write_request) {},
                     [] { return 0; }};
  actors::prefix_planner planner{kept, reads, limits, tally, nullptr};
};

} // namespace

TEST_CASE("The plan of a chain that is all hot has its blocks, in order, and waits for no read") {
  planned_world world;
  const auto plan = world.plan({3, 1, 2});
  REQUIRE(plan.found.blocks.size() == 3);
  CHECK(same(plan.found.blocks[0], payload(3, block_bytes)));
  CHECK(same(plan.found.blocks[2], payload(2, block_bytes)));
  CHECK(plan.open == 0);
  CHECK_FALSE(plan.found.truncated);
  CHECK(world.counted().hot_cache_hits == 3);
  CHECK(world.counted().misses == 0);
}

TEST_CASE("A run ends before the first absent block; what is behind it counts as it was found") {
  planned_world world;
  const auto plan = world.plan({1, 9, 2});
  CHECK(plan.found.blocks.size() == 1);
  CHECK_FALSE(plan.found.truncated);
  CHECK(world.counted().hot_cache_hits == 2);
  CHECK(world.counted().misses == 1);
}

TEST_CASE("A byte limit truncates the run, but not its first block; keys behind it have not been asked for") {
  planned_world world;
  const auto two = world.plan({1, 2, 3, 9}, 2 * block_bytes);
  CHECK(two.found.blocks.size() == 2);
  CHECK(two.found.truncated);
  CHECK(world.counted().misses == 0);
  const auto one = world.plan({1, 2}, 1);
  CHECK(one.found.blocks.size() == 1);
  CHECK(one.found.truncated);
}

TEST_CASE("What was asked for, here or on another thread, moves away from eviction; heads outlive tails") {
  planned_world world;
  (void)world.plan({1, 2});
  CHECK_FALSE(world.planner.used(std::array{key(3)}));
  world.put(5);
  CHECK(world.kept.look(0, key(4)).where == actors::place::nowhere);
  world.put(6);
  CHECK(world.kept.look(0, key(2)).where == actors::place::nowhere); // the tail
  world.put(7);
  CHECK(world.kept.look(0, key(1)).where == actors::place::nowhere);
  CHECK(world.kept.look(0, key(3)).where == actors::place::hot);
}
