#include "storage/hot/hot_tier.hpp"
#include "storage/eviction/conversation_policy.hpp"
#include "storage/memory/buffer_pool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <malloc.h>

#include <random>
#include <vector>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

block sized(unsigned number, std::size_t size) { return {key(number), 0, std::nullopt, payload(number, size)}; }

hot_tier small_tier() { return {100, make_lru_policy(), std::make_shared<hot_index>()}; }

/// Recounts by walking all blocks.
std::size_t dirty_blocks(const hot_tier& tier) {
  std::size_t dirty = 0;
  tier.visit([&](const hot_block& one) {
    dirty += one.dirty ? 1 : 0;
    return true;
  });
  return dirty;
}

} // namespace

TEST_CASE("The hot tier keeps blocks and counts their bytes") {
  auto tier = small_tier();
  CHECK(tier.bytes_max() == 100);
  tier.insert(sized(1, 60), true);
  tier.insert(sized(2, 30), false);
  CHECK(tier.bytes() == 90);
  CHECK(tier.blocks() == 2);
  CHECK(dirty_blocks(tier) == 1);
  REQUIRE(tier.find(key(1)));
  CHECK(tier.find(key(1))->dirty);
  CHECK(same(tier.find(key(1))->item.payload, payload(1, 60)));
  CHECK(tier.find(key(3)) == nullptr);
}

TEST_CASE("What fits is what the budget leaves, to the byte") {
  auto tier = small_tier();
  CHECK(tier.fits(100));
  CHECK_FALSE(tier.fits(101));
  tier.insert(sized(1, 60), false);
  CHECK(tier.fits(40));
  CHECK_FALSE(tier.fits(41));
  CHECK_FALSE(tier.fits(~std::uint64_t{0}));
  CHECK_FALSE(hot_tier(0, make_lru_policy(), std::make_shared<hot_index>()).fits(1));
}

TEST_CASE("The limit of the hot tier changes both ways, down to what is in it") {
  auto tier = small_tier();
  tier.insert(sized(1, 60), true);
  tier.limit(60);
  CHECK(tier.bytes_max() == 60);
  CHECK_FALSE(tier.fits(1));
  tier.limit(160);
  CHECK(tier.fits(100));
  CHECK_FALSE(tier.fits(101));
}

TEST_CASE("Erasing hands the block over and gives its bytes back") {
  auto tier = small_tier();
  tier.insert(sized(1, 60), true);
  const auto taken = tier.erase(key(1));
  REQUIRE(taken);
  CHECK(taken->dirty);
  CHECK(taken->item.payload.size() == 60);
  CHECK(tier.bytes() == 0);
  CHECK(tier.blocks() == 0);
  CHECK(dirty_blocks(tier) == 0);
  CHECK_FALSE(tier.erase(key(1)));
}

TEST_CASE("Dirty and clean are counted once, however often they are said") {
  auto tier = small_tier();
  tier.insert(sized(1, 10), true);
  tier.mark_dirty(key(1));
  CHECK(dirty_blocks(tier) == 1);
  tier.mark_clean(key(1));
  tier.mark_clean(key(1));
  CHECK(dirty_blocks(tier) == 0);
  tier.mark_dirty(key(1));
  CHECK(dirty_blocks(tier) == 1);
  tier.mark_clean(key(9));
  tier.mark_dirty(key(9));
  CHECK(dirty_blocks(tier) == 1);
}

TEST_CASE("Whether a block was asked for is known since its last write") {
  auto tier = small_tier();
  tier.insert(sized(1, 10), true);
  CHECK_FALSE(tier.find(key(1))->asked);
  tier.touch(tier.slot_of(key(1)));
  CHECK(tier.find(key(1))->asked);
  tier.mark_clean(key(1));
  CHECK_FALSE(tier.find(key(1))->asked);
}

TEST_CASE("The victim is the first to leave, or the first that needs no write, and stays until it is erased") {
  auto tier = small_tier();
  CHECK(tier.victim() == nullptr);
  CHECK(tier.expendable_victim() == nullptr);
  tier.insert(sized(1, 10), true);
  tier.insert(sized(2, 10), false);
  tier.insert(sized(3, 10), true);
  tier.touch(tier.slot_of(key(1)));
  CHECK(tier.victim()->item.key == key(2));
  CHECK(tier.expendable_victim()->item.key == key(2));
  tier.touch(tier.slot_of(key(2)));
  CHECK(tier.victim()->item.key == key(3));
  CHECK(tier.expendable_victim()->item.key == key(2));
  tier.mark_clean(key(1));
  tier.touch(tier.slot_of(key(2)));
  CHECK(tier.expendable_victim()->item.key == key(1));
  CHECK(tier.blocks() == 3);
  std::vector<block_key> visited;
  tier.visit([&](const hot_block& held) {
    visited.push_back(held.item.key);
    return visited.size() < 2;
  });
  CHECK(visited == std::vector<block_key>{key(3), key(1)});
}

TEST_CASE("A block may be erased by its own key") {
  auto tier = small_tier();
  for (const bool dirty : {false, true}) {
    tier.insert(sized(1, 50), dirty);
    CHECK(tier.erase(tier.find(key(1))->item.key));
    CHECK(tier.expendable_blocks() == 0);
    CHECK(tier.expendable_victim() == nullptr);
  }
}

TEST_CASE("A block handed out lives on after the tier has given it up") {
  auto tier = small_tier();
  tier.insert(sized(1, 50), false);
  const auto held = tier.find(key(1))->item.payload;
  static_cast<void>(tier.erase(key(1)));
  CHECK(same(held, payload(1, 50)));
}

TEST_CASE("A reclaimed block is dirty, and expendable until somebody asks for it") {
  auto tier = small_tier();
  tier.insert(sized(1, 10), false);
  tier.insert(sized(2, 10), true);
  CHECK(tier.expendable_blocks() == 1);
  tier.touch(tier.slot_of(key(1)));
  tier.mark_reclaimed(key(1));
  tier.mark_reclaimed(key(2)); // has no cold copy that could be reclaimed: still worth a write
  tier.mark_reclaimed(key(3)); // is absent
  CHECK(dirty_blocks(tier) == 2);
  CHECK(tier.expendable_blocks() == 1);
  CHECK_FALSE(tier.find(key(1))->worth_writing());
  CHECK(tier.find(key(2))->worth_writing());
  tier.touch(tier.slot_of(key(1)));
  CHECK(tier.expendable_blocks() == 0);
  tier.mark_clean(key(1));
  CHECK(dirty_blocks(tier) == 1);
  CHECK(tier.expendable_blocks() == 1);
  tier.mark_dirty(key(1)); // the write failed
  CHECK(tier.expendable_blocks() == 0);
}

TEST_CASE("A hot block costs less than 200 bytes beside its payload, dirty or clean") {
  if (!buffers_are_pooled())
    return; // with a sanitizer payloads come from malloc, and allocations are larger
  const auto allocated = [] {
    const auto all = mallinfo2();
    return all.uordblks + all.hblkhd;
  };
  const unsigned blocks = GENERATE(20'000, 30'000); // tables that are nearly full, and tables that have just grown
  const bool dirty = GENERATE(false, true);
  const auto before = allocated();
  hot_tier tier{std::uint64_t{blocks} * 4096, make_lru_policy(), std::make_shared<hot_index>()};
  for (unsigned i = 0; i < blocks; ++i)
    tier.insert({key(i), 0, key(i + 1), mutable_buffer::allocate(4096).value().publish()}, dirty);
  const auto each = static_cast<double>(allocated() - before) / blocks;
  INFO(each << " bytes");
  CHECK(each < 200);
  CHECK(each > 100); // otherwise it was not counted
}

TEST_CASE("A policy that asks the tier for names finds them, whatever is put, taken out and put again in a chain") {
  std::mt19937 random{1};
  hot_tier tier{500, make_conversation_policy(), std::make_shared<hot_index>()};
  std::vector<block_key> chain;
  for (int round = 0; round < 3000; ++round) {
    const auto first = static_cast<unsigned>(random() % 40) * 10;
    chain.clear();
    for (unsigned i = 0; i < 1 + first % 9; ++i)
      chain.push_back(key(first + i));
    if (round % 3 > 0)
      tier.asked(chain);
    tier.begin_chain();
    for (unsigned i = 0; i < chain.size(); ++i) {
      while (!tier.fits(10))
        REQUIRE(tier.erase(tier.victim()->item.key));
      if (tier.find(chain[i]) != nullptr)
        tier.touch(tier.slot_of(chain[i]));
      else
        tier.insert({chain[i], 0, i > 0 ? std::optional{chain[i - 1]} : std::nullopt, payload(i, 10)}, false);
      if (random() % 16 == 0)
        static_cast<void>(tier.erase(chain[random() % (i + 1)]));
    }
    tier.end_chain();
    std::size_t visited = 0;
    tier.visit([&](const hot_block& held) { return tier.find(held.item.key) == &held && ++visited > 0; });
    REQUIRE(visited == tier.blocks());
  }
}

namespace {

/// Tier of blocks of 10 bytes that are put by chain, head first.
struct tier_of_chains {
  explicit tier_of_chains(std::size_t blocks)
      : tier(10 * blocks, make_conversation_policy(), std::make_shared<hot_index>()) {}

  void make_room(unsigned blocks) {
    while (!tier.fits(10 * blocks))
      leave(tier.victim()->item.key);
  }

  void ask(unsigned first, unsigned blocks) {
    std::vector<block_key> chain;
    for (unsigned i = first; i < first + blocks; ++i)
      chain.push_back(key(i));
    tier.asked(chain);
  }

  void put(unsigned first, unsigned blocks) {
    tier.begin_chain();
    for (unsigned i = first; i < first + blocks; ++i) {
      make_room(1);
      if (const auto slot = tier.slot_of(key(i)); slot != no_slot)
        tier.touch(slot);
      else
        tier.insert({key(i), 0, i > first ? std::optional{key(i - 1)} : std::nullopt, payload(1, 10)}, false);
    }
    tier.end_chain();
  }
  void leave(block_key who) {
    REQUIRE(tier.erase(who));
    left.push_back(who);
  }
  bool has(unsigned number) const { return tier.find(key(number)) != nullptr; }

  hot_tier tier;
  std::vector<block_key> left;
};

} // namespace

TEST_CASE("A block of a chain that was put and never asked for is no victim while its child is here") {
  tier_of_chains chains{100};
  chains.put(1, 20);
  const std::vector<block_key> deepest{key(20)};
  chains.tier.asked(deepest);
  chains.tier.touch(chains.tier.slot_of(key(20))); // the others are older
  for (unsigned expected = 20; expected > 0; --expected) {
    REQUIRE(chains.tier.victim()->item.key == key(expected));
    chains.leave(key(expected));
  }
}

TEST_CASE("A new chain that is put without being asked for counts as one that was asked for, and as one request") {
  const auto left_by = [](bool asked) {
    tier_of_chains chains{400};
    for (unsigned next = 1; next < 24'000; next += 60) { // a chat that continues, and a document that does not return
      for (const auto& [first, blocks] : {std::pair{next, 6u}, {next + 10, 40u}}) {
        chains.make_room(blocks);
        if (asked)
          chains.ask(first, blocks);
        chains.put(first, blocks);
      }
      if (next % 120 == 1 || next < 60)
        continue;
      chains.make_room(7);
      chains.ask(next - 60, 7);
      chains.put(next - 60, 7);
    }
    return chains.left;
  };
  CHECK((left_by(false) == left_by(true))); // Catch would print pages of both
}

TEST_CASE("A chain that is put again without being asked for is one request, not one a block") {
  tier_of_chains chains{100};
  const auto ask_and_put = [&](unsigned first, unsigned blocks) {
    chains.ask(first, blocks);
    chains.put(first, blocks);
  };
  ask_and_put(1, 28);
  ask_and_put(100, 8);
  ask_and_put(200, 1);
  for (int i = 0; i < 3; ++i)
    ask_and_put(300, 1);
  chains.put(1, 28);
  // 4 and 5 requests ago count as about the same, and then the shorter chain leaves first; 31 and 32 do not.
  CHECK(chains.tier.victim()->item.key == key(200));
}
