#include "storage/eviction/conversation_policy.hpp"
#include "storage/eviction/keyed_policy.hpp"
#include "storage/memory/buffer_pool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <vector>

using namespace hearth::storage;
using hearth::testing::key;

namespace {

/// A tier of this many blocks that admits every block.
struct small_tier {
  explicit small_tier(std::size_t blocks) : capacity(blocks) {}

  void ask(const std::vector<block_key>& chain) {
    policy.asked(chain);
    for (auto i = chain.size(); i-- > 0;)
      if (here.insert(chain[i]).second)
        policy.insert(chain[i], i > 0 ? std::optional{chain[i - 1]} : std::nullopt);
      else
        policy.touch(chain[i]);
    while (policy.size() > capacity)
      leave(*policy.victim());
  }

  void leave(const block_key& who) {
    policy.erase(who);
    here.erase(who);
    left.push_back(who);
  }

  std::size_t capacity;
  keyed_policy policy{make_conversation_policy()};
  std::unordered_set<block_key, block_key_hash> here;
  std::vector<block_key> left;
};

std::vector<block_key> chain(unsigned first, unsigned blocks) {
  std::vector<block_key> keys;
  while (keys.size() < blocks)
    keys.push_back(key(first + static_cast<unsigned>(keys.size())));
  return keys;
}

/// Block names that allocate no memory in use: the parent of block n is block n - 1, unless n is first in its chain.
class numbered_blocks final : public block_names {
public:
  numbered_blocks(unsigned blocks, unsigned chain_blocks) : slots_(blocks + 1), numbers_(blocks + 1) {
    for (unsigned n = 0; n <= blocks; ++n) {
      keys_.push_back(key(n));
      parents_.push_back(n % chain_blocks == 1 ? std::nullopt : std::optional{key(n - 1)});
      free_.push_back(blocks - n);
    }
    free_.pop_back();
  }
  block_slot find(const block_key& key) const noexcept override {
    return slots_[static_cast<unsigned>(key.bytes[30]) << 8 | static_cast<unsigned>(key.bytes[31])];
  }
  const block_key& key_of(block_slot slot) const noexcept override { return keys_[numbers_[slot]]; }
  const std::optional<block_key>& parent_of(block_slot slot) const noexcept override {
    return parents_[numbers_[slot]];
  }

  block_slot place(unsigned number) {
    const auto slot = free_.back();
    free_.pop_back();
    numbers_[slot] = number;
    return slots_[number] = slot;
  }
  void leave(block_slot slot) {
    slots_[numbers_[slot]] = no_slot;
    free_.push_back(slot);
  }

  /// For the chain that begins with block `first`.
  std::span<const block_key> chain(unsigned first, unsigned blocks) const {
    return std::span{keys_}.subspan(first, blocks);
  }

private:
  std::vector<block_slot> slots_; ///< by number
  std::vector<unsigned> numbers_; ///< by slot
  std::vector<block_slot> free_;
  std::vector<block_key> keys_;
  std::vector<std::optional<block_key>> parents_;
};

std::size_t allocated() {
  const auto all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

} // namespace

TEST_CASE("Before any learning, the conversation policy evicts the oldest conversation, tail first") {
  small_tier tier{12};
  for (unsigned i = 0; i < 3; ++i)
    tier.ask(chain(100 * i, 4));
  for (unsigned i = 3; i < 8; ++i) // time passes
    tier.ask(chain(200, 4));
  tier.ask(chain(900, 2));
  CHECK(tier.left == std::vector<block_key>{key(3), key(2)});
}

TEST_CASE("A block with a child is no victim, and becomes one when its child has left") {
  small_tier tier{100};
  tier.ask(chain(1, 3));
  for (unsigned expected : {3, 2, 1}) {
    const auto victim = tier.policy.victim();
    REQUIRE(victim == key(expected));
    tier.leave(*victim);
  }
  CHECK_FALSE(tier.policy.victim());
}

TEST_CASE("A block with a child is no victim, though nobody asked for either before they were put") {
  keyed_policy policy{make_conversation_policy()};
  for (unsigned i = 20; i > 0; --i)
    policy.insert(key(i), i > 1 ? std::optional{key(i - 1)} : std::nullopt);
  policy.asked(chain(20, 1));
  policy.touch(key(20)); // the others are older
  for (unsigned expected = 20; expected > 0; --expected) {
    const auto victim = policy.victim();
    REQUIRE(victim == key(expected));
    policy.erase(*victim);
  }
}

TEST_CASE("A block that departed long ago and is asked for again still knows its children when it comes back") {
  keyed_policy policy{make_conversation_policy()};
  policy.asked(chain(1, 2));
  policy.insert(key(2), key(1));
  policy.insert(key(1), std::nullopt);
  policy.erase(key(1)); // erased before its child
  unsigned next = 100;
  for (; next < 100 + 16'384 - 1; ++next) // as many as the policy remembers
    policy.asked(chain(next, 1));
  std::vector<block_key> back{key(1)};
  for (unsigned i = 0; i < 8; ++i)
    back.push_back(key(next++));
  policy.asked(back);
  policy.insert(key(1), std::nullopt);
  policy.asked(chain(2, 1));
  policy.touch(key(2));
  CHECK(policy.victim() == key(2));
}

TEST_CASE("Blocks that are each other's parents, or their own, leave all the same") {
  keyed_policy policy{make_conversation_policy()};
  policy.insert(key(1), key(2));
  policy.insert(key(2), key(1));
  policy.insert(key(3), key(3));
  for (auto left = policy.size(); left > 0; --left) {
    const auto victim = policy.victim();
    REQUIRE(victim);
    policy.erase(*victim);
    CHECK(policy.size() == left - 1);
  }
}

TEST_CASE("The conversation policy learns that short questions go on and long documents do not") {
  small_tier tier{400};
  unsigned next = 0;
  // A chat of six blocks that continues, and a document that does not return.
  for (unsigned round = 0; round < 400; ++round) {
    const auto chat = next;
    tier.ask(chain(chat, 6));
    tier.ask(chain(chat + 10, 40));
    if (round % 2 == 1)
      tier.ask(chain(chat - 60, 7));
    next += 60;
  }
  const auto before = tier.left.size();
  tier.ask(chain(100'000, 6));
  for (unsigned i = 0; i < 12; ++i)
    tier.ask(chain(110'000 + 100 * i, 40));
  const auto gone = [&](unsigned number) {
    return std::count(tier.left.begin() + static_cast<std::ptrdiff_t>(before), tier.left.end(), key(number)) > 0;
  };
  CHECK_FALSE(gone(100'004)); // older than any of the documents
  CHECK(gone(110'039));
}

TEST_CASE("A tracked block costs less than 16 bytes, a remembered one less than 32, with what its request costs") {
  if (!buffers_are_pooled())
    return;                             // with a sanitizer allocations are larger
  constexpr unsigned chain_blocks = 24; // as in the trace of a chat service
  const unsigned tracked = GENERATE(8'160, 12'000);
  numbered_blocks names{64'800, chain_blocks};
  auto policy = make_conversation_policy();
  policy->follow(names);
  const auto before = allocated();
  unsigned next = 1;
  const auto ask_one = [&] {
    policy->asked(names.chain(next, chain_blocks));
    for (auto number = next + chain_blocks; number-- > next;)
      policy->insert(names.place(number));
    next += chain_blocks;
  };
  while (policy->size() < tracked)
    ask_one();
  const auto each = static_cast<double>(allocated() - before) / tracked;
  while (next + chain_blocks < 64'800) {
    ask_one();
    while (policy->size() > tracked) {
      const auto victim = policy->victim();
      policy->erase(victim);
      names.leave(victim);
    }
  }
  const auto remembered = std::max(4 * tracked, 16'384u);
  const auto gone = (static_cast<double>(allocated() - before) - each * tracked) / remembered;
  INFO(each << " bytes a tracked block, " << gone << " a remembered one");
  CHECK(each < 16);
  CHECK(each > 8); // otherwise it was not counted
  CHECK(gone < 32);
  CHECK(gone > 12);
}

TEST_CASE("Any order of calls leaves the conversation policy with what was inserted and not erased") {
  unsigned state = 1;
  const auto draw = [&](unsigned below) {
    state = state * 1664525 + 1013904223; // constants from Numerical Recipes
    return (state >> 8) % below;
  };
  keyed_policy policy{make_conversation_policy()};
  std::vector<block_key> here;
  const auto tracked = [&](const block_key& who) { return std::find(here.begin(), here.end(), who) != here.end(); };
  for (int step = 0; step < 30'000; ++step) {
    const auto who = key(draw(300));
    switch (draw(4)) {
    case 0: policy.asked(chain(draw(290), 1 + draw(10))); break;
    case 1:
      if (tracked(who))
        policy.touch(who);
      else if (policy.insert(who, draw(3) == 0 ? std::nullopt : std::optional{key(draw(300))}); true)
        here.push_back(who);
      break;
    case 2:
      if (tracked(who)) {
        policy.erase(who);
        std::erase(here, who);
      }
      break;
    default:
      if (const auto victim = policy.victim(); here.size() > 100) {
        REQUIRE(victim);
        REQUIRE(tracked(*victim));
        policy.erase(*victim);
        std::erase(here, *victim);
      }
    }
    REQUIRE(policy.size() == here.size());
  }
}
