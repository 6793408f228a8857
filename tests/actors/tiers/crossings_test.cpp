// Number of calls from the tiers into the cold tier (crossings): each takes its locks.
#include "actors/tiers/tiers.hpp"
#include "tests/actors/sent_blocks.hpp"
#include "tests/actors/tiers/store_without_disk.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace hearth;
using namespace hearth::testing;
using stats::amount;

namespace {

constexpr std::uint64_t block_bytes = 4096;

/// Tiers with room for four hot blocks over a store that counts calls. The writer is this test.
struct counted_world {
  explicit counted_world(const actors::tiers_config& config = {.block_bytes_max = block_bytes, .budget = {}})
      : kept(
            config, limits, std::make_shared<storage::hot_index>(), store,
            std::make_shared<messages::gate>(messages::gate_limits{8, 64 * block_bytes, 0}), tally,
            [this](messages::write_request x) { take_apart(std::move(x), sent); }, [] { return 0; }) {}

  void put(unsigned number, std::optional<unsigned> parent = {}) {
    storage::block item{key(number), 0, {}, payload(number, block_bytes)};
    if (parent)
      item.parent = key(*parent);
    REQUIRE(kept.put(std::move(item)).ok());
  }

  /// Puts four hot blocks; number 1 is the next victim.
  void fill(std::optional<unsigned> parent = {}) {
    put(1, parent);
    for (unsigned number = 2; number <= 4; ++number)
      put(number);
  }

  /// Completes all writes.
  void write_all() {
    auto dirty = kept.dirty();
    kept.offer_from(dirty, actors::urgency::all_of_it);
    for (const auto& one : std::exchange(sent, {})) {
      store->present[one.block.item.key] = {0, block_bytes};
      kept.settle(one.block.sequence, {});
    }
    REQUIRE(kept.unwritten() == amount{});
  }

  void touch(unsigned number) { (void)kept.touch(kept.hot().slot_of(key(number))); }

  /// Crossings per evicted block.
  std::uint64_t evict() {
    const auto before = store->calls;
    REQUIRE(kept.limit({.hot_bytes_max = kept.hot().bytes() - block_bytes}));
    return store->calls - before;
  }

  /// Crossings per put.
  std::uint64_t crossings_of_put(unsigned number) {
    const auto before = store->calls;
    put(number);
    return store->calls - before;
  }

  std::shared_ptr<actors::limits_now> limits = [] {
    auto four_blocks = std::make_shared<actors::limits_now>();
    four_blocks->hot_bytes_max = 4 * block_bytes;
    return four_blocks;
  }();
  std::shared_ptr<store_without_disk> store = std::make_shared<store_without_disk>();
  std::shared_ptr<stats::tally> tally = std::make_shared<stats::tally>();
  std::vector<sent_block> sent;
  actors::tiers kept;
};

} // namespace

TEST_CASE("A dirty block that leaves asks the cold tier about itself, whether its parent is there, and nothing twice") {
  counted_world world;
  SECTION("without a parent") {
    world.fill();
    CHECK(world.evict() == 1);
  }
  SECTION("with a parent that is in the cold tier only") {
    world.store->present[key(9)] = {0, block_bytes};
    world.fill(9);
    CHECK(world.evict() == 2);
  }
  SECTION("that was asked for") {
    world.fill();
    for (unsigned number = 1; number <= 4; ++number)
      world.touch(number);
    CHECK(world.evict() == 1);
  }
  CHECK(world.sent.size() == 1);
  CHECK(world.sent.at(0).block.item.key == key(1));
}

TEST_CASE("With a write budget a dirty block that leaves also asks for what reclaim has copied") {
  counted_world world{{.block_bytes_max = block_bytes, .budget = {.bytes_per_second = 1 << 20}}};
  world.fill();
  CHECK(world.evict() == 2);
  CHECK(world.sent.size() == 1);
}

TEST_CASE("A clean block that leaves is touched in the cold tier only if it was requested") {
  counted_world world;
  world.fill();
  world.write_all();
  SECTION("not asked for") { CHECK(world.evict() == 0); }
  SECTION("asked for") {
    for (unsigned number = 1; number <= 4; ++number)
      world.touch(number);
    CHECK(world.evict() == 1);
  }
  CHECK(world.sent.empty());
}

TEST_CASE("A put asks the cold tier about its own block, and about each block that leaves for it") {
  counted_world world;
  SECTION("while there is room") { CHECK(world.crossings_of_put(1) == 1); }
  SECTION("a dirty block leaves") {
    world.fill();
    CHECK(world.crossings_of_put(5) == 2);
    CHECK(world.sent.size() == 1);
  }
  SECTION("a clean block leaves") {
    world.fill();
    world.write_all();
    CHECK(world.crossings_of_put(5) == 1);
    CHECK(world.sent.empty());
  }
}

TEST_CASE("A put in write-through asks once whether the block is there and once whether it fits") {
  counted_world world{{.policy = write_policy::through, .block_bytes_max = block_bytes, .budget = {}}};
  CHECK(world.crossings_of_put(1) == 2);
  CHECK(world.sent.size() == 1);
}

TEST_CASE("Flushing asks the cold tier about each dirty block once") {
  counted_world world;
  world.fill();
  const auto before = world.store->calls;
  auto dirty = world.kept.dirty();
  world.kept.offer_from(dirty, actors::urgency::all_of_it);
  CHECK(world.sent.size() == 4);
  CHECK(world.store->calls - before == 4);
}
