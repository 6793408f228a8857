#include "storage/segments/segment_table.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace hearth::storage;

namespace {

/// Segments of one block each, all of one size.
struct table_world {
  explicit table_world(std::uint64_t capacity, unsigned count) : table(capacity) {
    for (unsigned slot = 0; slot < count; ++slot) {
      static_cast<void>(table.add(slot));
      blocks.emplace_back();
      blocks.back().payload_bytes = 4096;
      write(slot);
    }
  }
  void write(unsigned slot) {
    blocks[slot].last_use = table.use(8192);
    table.enter(table.at(slot), blocks[slot]);
    order.push_back(slot);
  }
  void use(unsigned slot) {
    const auto before = blocks[slot].last_use;
    const auto now = table.use(8192);
    table.used_again(table.at(slot), blocks[slot], before, now);
    blocks[slot].last_use = now;
    std::erase(order, slot);
    order.push_back(slot);
  }
  std::vector<unsigned> by_worth() {
    std::vector<unsigned> slots;
    for (const auto& [slot, one] : table.all())
      slots.push_back(slot);
    std::stable_sort(slots.begin(), slots.end(), [&](auto a, auto b) { return table.at(a).worth < table.at(b).worth; });
    return slots;
  }

  segment_table table;
  std::vector<indexed_block> blocks;
  std::vector<unsigned> order; ///< least recently used first
};

} // namespace

TEST_CASE("For segments of one block the order of worth is the order of use") {
  const auto seed = GENERATE(1u, 2u, 3u);
  INFO("seed " << seed);
  std::mt19937 random{seed};
  table_world world{20 * 8192, 20};
  for (int round = 0; round < 20'000; ++round) {
    world.use(random() % 20);
    if (round % 500 == 0)
      REQUIRE(world.by_worth() == world.order);
  }
  CHECK(world.by_worth() == world.order);
}

TEST_CASE("Worth stays finite and ordered over billions of ticks, also when the counter of ticks begins anew") {
  table_world world{1024, 4}; // one tick per byte
  for (int round = 0; round < 40; ++round) {
    static_cast<void>(world.table.use(300'000'000)); // 12,000,000,000 in total
    world.use(static_cast<unsigned>(round % 3));
    world.use(static_cast<unsigned>((round + 1) % 3));
    for (const auto& [slot, one] : world.table.all())
      REQUIRE((std::isfinite(one.worth) && one.worth >= 0));
    const auto worth = world.by_worth();
    REQUIRE(worth.back() == world.order.back());
    REQUIRE(worth[2] == world.order[2]);
  }
}

TEST_CASE("A segment is worth the sum of its blocks, and nothing once they are gone") {
  segment_table table{1 << 20};
  auto& one = table.add(7);
  CHECK(one.slot == 7);
  std::vector<indexed_block> blocks(100);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    blocks[i].payload_bytes = 1 + i * 1000;
    blocks[i].last_use = table.use(1 << 20);
    table.enter(one, blocks[i]);
  }
  CHECK(one.live_blocks == 100);
  CHECK(one.worth > 0);
  auto worth = one.worth;
  for (const auto& block : blocks) {
    table.leave(one, block);
    CHECK(one.worth <= worth);
    worth = one.worth;
  }
  CHECK(one.live_blocks == 0);
  CHECK(one.live_bytes == 0);
  CHECK(one.worth == 0);
}

TEST_CASE("A segment knows how many of its live bytes are of which namespaces") {
  segment_table table{1 << 20};
  auto& one = table.add(1);
  indexed_block blocks[3];
  for (std::size_t i = 0; i < 3; ++i) {
    blocks[i].payload_bytes = 4096 * (i + 1);
    blocks[i].name_space = i == 0 ? 7 : 3;
    table.enter(one, blocks[i]);
  }
  const auto in = [&](const std::vector<namespace_id>& namespaces) { return one.live_bytes_in(namespaces); };
  CHECK(in({3}) == 12'288 + 16'384);
  CHECK(in({1, 7}) == 8192);
  CHECK(in({3, 7}) == one.live_bytes);
  CHECK(in({}) == 0);
  table.leave(one, blocks[1]);
  CHECK(in({3}) == 16'384);
  table.leave(one, blocks[2]);
  CHECK(in({3}) == 0);
  CHECK(in({3, 7}) == 8192);
  CHECK(one.live_bytes_by.size() == 1);
}

TEST_CASE("A block loses half its worth with each turnover of the tier") {
  segment_table table{1 << 20};
  indexed_block block;
  block.payload_bytes = 4096;
  block.last_use = table.use(0);
  auto& older = table.add(1);
  table.enter(older, block);
  block.last_use = table.use(1 << 20);
  auto& newer = table.add(2);
  table.enter(newer, block);
  CHECK(newer.worth == Approx(2 * older.worth));
}

TEST_CASE("Up to where a segment is written is the first place that is still being written") {
  segment one;
  one.cursor = 65'536;
  CHECK(one.written() == 65'536);
  one.writes = {8192, 4096};
  CHECK(one.written() == 4096);
}

TEST_CASE("Under another capacity blocks age by its turnovers, and keep the age they had") {
  const std::uint64_t before = 1 << 20;
  table_world world{before, 2};
  world.table.use(4 * before);
  const std::uint64_t after = GENERATE(std::uint64_t{1} << 16, std::uint64_t{1} << 30);
  world.table.capacity(after);
  world.use(0); // four turnovers later
  CHECK(world.table.at(0).worth == Approx(16 * world.table.at(1).worth).epsilon(0.1));
  world.table.use(2 * after);
  world.use(1);
  CHECK(world.table.at(1).worth == Approx(4 * world.table.at(0).worth).epsilon(0.3));
}
