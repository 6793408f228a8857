#include "storage/segments/present_blocks.hpp"
#include "storage/segments/segment_record.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <random>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

constexpr std::uint64_t payload_bytes = 5000;

/// Blocks of 5,000 bytes in four segments.
struct present_world {
  present_world() {
    for (std::uint32_t slot = 0; slot < 4; ++slot)
      segments.add(slot).bytes = 1 << 20;
  }
  indexed_block record(unsigned number, std::uint32_t slot, std::uint64_t sequence, namespace_id name_space = 0) {
    indexed_block made;
    made.key = key(number);
    made.sequence = sequence;
    made.payload_bytes = payload_bytes;
    made.name_space = name_space;
    made.slot = slot;
    return made;
  }
  void persist(unsigned number, std::uint32_t slot, namespace_id name_space = 0) {
    present.persisted(record(number, slot, next++, name_space), false);
  }
  bool has(unsigned number) { return present.find(key(number)) != no_record; }
  std::uint32_t slot_of(unsigned number) { return present.at(present.find(key(number))).slot; }
  std::vector<block_key> keys(std::initializer_list<unsigned> numbers) {
    std::vector<block_key> made;
    for (const auto number : numbers)
      made.push_back(key(number));
    return made;
  }
  /// The three accounts agree.
  void check_in_step() {
    const auto ledger = present.ledger({});
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;
    for (const auto& [slot, one] : segments.all()) {
      std::uint64_t listed = 0;
      for (auto id = one.blocks.first; id != no_record; id = present.next_in_segment(id)) {
        REQUIRE(present.at(id).slot == slot);
        ++listed;
      }
      REQUIRE(listed == one.live_blocks);
      blocks += one.live_blocks;
      bytes += one.live_bytes;
    }
    REQUIRE(present.size() == blocks);
    REQUIRE(ledger.present.blocks == blocks);
    REQUIRE(ledger.bytes_on_disk == bytes);
    REQUIRE(ledger.recovered.blocks + ledger.persisted.blocks ==
            blocks + ledger.reclaimed.blocks + ledger.erased.blocks + ledger.corrupt.blocks + ledger.vanished.blocks);
  }

  segment_table segments{1 << 24};
  present_blocks present{segments};
  std::uint64_t next = 1;
};

} // namespace

TEST_CASE("Index, segments and ledger stay in step whatever happens to the blocks") {
  const auto seed = GENERATE(1u, 2u, 3u);
  INFO("seed " << seed);
  std::mt19937 random{seed};
  present_world world;
  for (int round = 0; round < 3000; ++round) {
    const auto number = static_cast<unsigned>(random() % 64);
    const auto slot = static_cast<std::uint32_t>(random() % 4);
    const auto id = world.present.find(key(number));
    switch (random() % 8) {
    case 0:
    case 1:
    case 2: world.persist(number, slot, static_cast<namespace_id>(random() % 3)); break;
    case 3:
      if (id != no_record)
        world.present.use(id);
      break;
    case 4:
      if (id != no_record)
        world.present.take_out(id, &cold_ledger::corrupt);
      break;
    case 5:
      if (id != no_record)
        CHECK(world.present.moved(key(number), world.present.at(id).sequence, slot, 3));
      break;
    case 6: world.present.erase_if([&](const indexed_block& one) { return one.key == key(number); }); break;
    default:
      if (random() % 16 == 0)
        world.present.reclaim(world.segments.at(slot));
    }
    world.check_in_step();
  }
  const auto gone = world.present.abandon();
  CHECK(gone.size() == world.present.ledger({}).vanished.blocks);
  world.check_in_step();
  CHECK(world.present.size() == 0);
}

TEST_CASE("Of two records of one key the one with the higher sequence is present, whichever is entered first") {
  present_world world;
  const bool later_first = GENERATE(false, true);
  const auto earlier = world.record(1, 0, 10);
  const auto later = world.record(1, 1, 11);
  world.present.persisted(later_first ? later : earlier, false);
  world.present.persisted(later_first ? earlier : later, false);
  CHECK(world.slot_of(1) == 1);
  CHECK(world.present.ledger({}).persisted == cold_amount{2, 2 * payload_bytes});
  CHECK(world.present.ledger({}).erased == cold_amount{1, payload_bytes});
  world.check_in_step();
}

TEST_CASE("A block that was erased while it was written never becomes readable, and leaves an older record alone") {
  present_world world;
  world.present.persisted(world.record(1, 0, 10), true);
  CHECK_FALSE(world.has(1));
  CHECK(world.present.ledger({}).erased == cold_amount{1, payload_bytes});
  world.check_in_step();
}

TEST_CASE("A segment that a block has left needs a new index") {
  present_world world;
  world.persist(1, 0);
  world.persist(2, 1);
  CHECK_FALSE(world.segments.at(0).index_dirty);
  world.present.take_out(world.present.find(key(1)), &cold_ledger::erased);
  CHECK(world.segments.at(0).index_dirty);
  CHECK_FALSE(world.segments.at(1).index_dirty);
  CHECK(world.present.moved(key(2), 2, 3, 0));
  CHECK(world.segments.at(1).index_dirty);
  CHECK_FALSE(world.segments.at(3).index_dirty);
}

TEST_CASE("A block that is used becomes the most recently used, a copied one keeps its turn") {
  present_world world;
  for (unsigned i = 1; i <= 3; ++i)
    world.persist(i, 0);
  world.present.use(world.present.find(key(1)));
  CHECK(world.present.moved(key(2), 2, 1, 7));
  CHECK(world.present.keys() == world.keys({2, 3, 1}));
  CHECK(world.slot_of(2) == 1);
}

TEST_CASE("A copy takes no other record's place") {
  present_world world;
  world.persist(1, 0);
  CHECK_FALSE(world.present.moved(key(1), 99, 1, 0));
  CHECK_FALSE(world.present.moved(key(2), 1, 1, 0));
  CHECK(world.slot_of(1) == 0);
}

TEST_CASE("The keys of a reclaimed segment are handed out once, those of erased blocks are not") {
  present_world world;
  world.persist(1, 0);
  world.persist(2, 0);
  world.persist(3, 1);
  world.present.take_out(world.present.find(key(3)), &cold_ledger::erased);
  world.present.reclaim(world.segments.at(0));
  CHECK(world.present.take_reclaimed().size() == 2);
  CHECK(world.present.take_reclaimed().empty());
  CHECK(world.present.ledger({}).reclaimed == cold_amount{2, 2 * payload_bytes});
}

TEST_CASE("The walk in steps meets every block in its order of use, and one used meanwhile once more") {
  present_world world;
  for (unsigned i = 1; i <= 5; ++i)
    world.persist(i, 0);
  std::vector<std::uint64_t> sequences;
  world.present.start_walk();
  CHECK(world.present.walk(2, sequences));
  world.present.use(world.present.find(key(1)));
  CHECK_FALSE(world.present.walk(100, sequences));
  CHECK(sequences == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 1});
}

TEST_CASE("What is abandoned is told with its sequence, least recently used first") {
  present_world world;
  world.persist(1, 0, 2);
  world.persist(2, 1, 1);
  world.present.use(world.present.find(key(1)));
  const auto gone = world.present.abandon();
  REQUIRE(gone.size() == 2);
  CHECK(gone[0].key == key(2));
  CHECK(gone[1].key == key(1));
  CHECK(gone[1].sequence == 1);
  CHECK(gone[1].entry.name_space == 2);
  CHECK(gone[1].entry.payload_bytes == payload_bytes);
}
