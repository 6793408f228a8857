#include "storage/segments/block_index.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <algorithm>
#include <cstring>
#include <list>
#include <map>
#include <random>
#include <set>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

/// A key with the number in its last bytes and nothing else, as a host's own keys may be.
block_key poor_key(unsigned number) {
  block_key made;
  std::memcpy(&made.bytes[28], &number, sizeof(number));
  return made;
}

/// Reference implementation, as simple as possible and slow.
struct model {
  std::list<block_key> order;
  std::map<block_key, indexed_block> blocks;
};

/// Index and reference, with four segments for blocks.
struct index_world {
  block_index index;
  model expected;
  segment_blocks segments[4];
  std::uint64_t next_sequence = 1;

  void add(const block_key& key, std::uint32_t slot) {
    indexed_block block;
    block.key = key;
    block.sequence = next_sequence++;
    block.payload_bytes = block.sequence * 7;
    block.name_space = block.sequence % 65'535;
    block.slot = slot;
    block.page = static_cast<std::uint32_t>(block.sequence);
    index.add(block, segments[slot]);
    expected.blocks[key] = block;
    expected.order.push_back(key);
  }
  void remove(const block_key& key) {
    const auto id = index.find(key);
    index.remove(id, segments[index.at(id).slot]);
    expected.blocks.erase(key);
    expected.order.remove(key);
  }
  void touch(const block_key& key, std::uint32_t tick) {
    index.touch(index.find(key), tick);
    expected.order.remove(key);
    expected.order.push_back(key);
    expected.blocks[key].last_use = tick;
    expected.blocks[key].used = 1;
  }
  void move(const block_key& key, std::uint32_t to) {
    const auto id = index.find(key);
    auto& block = expected.blocks[key];
    index.move(id, to, block.page + 1, segments[block.slot], segments[to]);
    block.slot = to;
    block.page += 1;
    block.used = 0;
  }

  void check() const {
    REQUIRE(index.size() == expected.blocks.size());
    std::vector<block_key> order;
    for (auto id = index.oldest(); id != no_record; id = index.newer(id))
      order.push_back(index.at(id).key);
    REQUIRE(std::ranges::equal(order, expected.order));
    std::set<block_key> listed;
    for (std::uint32_t slot = 0; slot < 4; ++slot)
      for (auto id = segments[slot].first; id != no_record; id = index.next_in_segment(id)) {
        REQUIRE(index.at(id).slot == slot);
        REQUIRE(listed.insert(index.at(id).key).second);
      }
    REQUIRE(listed.size() == index.size());
    for (const auto& [key, block] : expected.blocks) {
      const auto id = index.find(key);
      REQUIRE(id != no_record);
      const auto& found = index.at(id);
      REQUIRE(found.key == key);
      REQUIRE(found.sequence == block.sequence);
      REQUIRE(found.payload_bytes == block.payload_bytes);
      REQUIRE(found.name_space == block.name_space);
      REQUIRE(found.slot == block.slot);
      REQUIRE(found.page == block.page);
      REQUIRE(found.last_use == block.last_use);
      REQUIRE(found.used == block.used);
    }
  }
};

} // namespace

TEST_CASE("A block index holds what a plain map and a list hold, whatever is done to it") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u);
  const bool poor = GENERATE(false, true);
  INFO("seed " << seed << (poor ? ", keys that differ at their end only" : ""));
  std::mt19937 random{seed};
  index_world world;
  for (int round = 0; round < 6'000; ++round) {
    const auto number = random() % 400;
    const auto key = poor ? poor_key(number) : hearth::testing::key(number);
    const bool there = world.index.find(key) != no_record;
    REQUIRE(there == world.expected.blocks.contains(key));
    const auto what = random() % 8;
    if (!there) {
      if (what < (round / 1'000 % 2 == 0 ? 7u : 2u)) // grows and shrinks
        world.add(key, random() % 4);
    } else if (what < 4) {
      world.remove(key);
    } else if (what < 6) {
      world.touch(key, static_cast<std::uint32_t>(round));
    } else {
      world.move(key, random() % 4);
    }
    if (round % 100 == 0)
      world.check();
  }
  world.check();
  for (const auto& key : std::vector<block_key>(world.expected.order.begin(), world.expected.order.end()))
    world.remove(key);
  world.check();
}

TEST_CASE("Keys that are alike in most of their bytes are as good as any: an index of many is no long list") {
  block_index index;
  segment_blocks segment;
  indexed_block block;
  constexpr unsigned count = 200'000; // with a linear list this would take hours
  for (unsigned i = 0; i < count; ++i) {
    block.key = poor_key(i);
    block.sequence = i + 1;
    index.add(block, segment);
  }
  for (unsigned i = 0; i < count; ++i)
    REQUIRE(index.at(index.find(poor_key(i))).sequence == i + 1);
  CHECK(index.find(poor_key(count)) == no_record);
}

TEST_CASE("Memory of removed blocks is used again") {
  block_index index;
  segment_blocks segment;
  indexed_block block;
  block.sequence = 1;
  for (unsigned i = 0; i < 10'000; ++i) {
    block.key = key(i);
    index.remove(index.add(block, segment), segment);
  }
  CHECK(index.size() == 0);
  CHECK(index.memory_bytes() < 1'000'000);
  CHECK(segment.first == no_record);
  CHECK(index.oldest() == no_record);
}
