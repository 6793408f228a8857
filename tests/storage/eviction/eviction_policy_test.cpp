#include "storage/eviction/eviction_policy.hpp"
#include "storage/eviction/conversation_policy.hpp"
#include "storage/eviction/keyed_policy.hpp"
#include "storage/eviction/s3_fifo_policy.hpp"
#include "storage/eviction/w_tinylfu_policy.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <algorithm>
#include <vector>

using namespace hearth::storage;
using hearth::testing::key;

namespace {

struct lru {
  keyed_policy policy{make_lru_policy()};
};
struct s3_fifo {
  keyed_policy policy{make_s3_fifo_policy()};
};
struct w_tinylfu {
  keyed_policy policy{make_w_tinylfu_policy(4)}; // small: it has to grow
};
struct conversation {
  keyed_policy policy{make_conversation_policy()};
};

std::vector<block_key> order(const keyed_policy& policy) {
  std::vector<block_key> keys;
  policy.visit([&](const block_key& key) {
    keys.push_back(key);
    return true;
  });
  return keys;
}

} // namespace

// Contract of eviction_policy.hpp, tested over every policy.

TEMPLATE_TEST_CASE("A policy knows exactly what was inserted and not erased", "", lru, s3_fifo, w_tinylfu,
                   conversation) {
  TestType world;
  auto& policy = world.policy;
  CHECK(policy.size() == 0);
  CHECK_FALSE(policy.victim());
  policy.insert(key(1), std::nullopt);
  policy.insert(key(2), key(1));
  policy.insert(key(3), key(2));
  policy.erase(key(2));
  CHECK(policy.size() == 2);
  auto known = order(policy);
  CHECK(known.size() == 2);
  CHECK(std::find(known.begin(), known.end(), key(2)) == known.end());
  policy.insert(key(2), std::nullopt);
  CHECK(policy.size() == 3);
}

TEMPLATE_TEST_CASE("A victim is tracked, stays the victim until something changes, and stays tracked", "", lru, s3_fifo,
                   w_tinylfu, conversation) {
  TestType world;
  auto& policy = world.policy;
  for (unsigned i = 1; i <= 300; ++i) {
    policy.insert(key(i), std::nullopt);
    if (i % 3 == 0)
      policy.touch(key(i / 3 + 1));
  }
  for (auto left = policy.size(); left > 0; --left) {
    const auto victim = policy.victim();
    REQUIRE(victim);
    REQUIRE(policy.victim() == victim);
    const auto known = order(policy);
    REQUIRE(known.size() == left);
    REQUIRE(std::count(known.begin(), known.end(), *victim) == 1);
    policy.erase(*victim);
  }
  CHECK_FALSE(policy.victim());
}

TEMPLATE_TEST_CASE("A visit ends when it is told to", "", lru, s3_fifo, w_tinylfu, conversation) {
  TestType world;
  auto& policy = world.policy;
  for (unsigned i = 1; i <= 5; ++i)
    policy.insert(key(i), std::nullopt);
  int visits = 0;
  policy.visit([&](const block_key&) { return ++visits < 2; });
  CHECK(visits == 2);
}

TEMPLATE_TEST_CASE("What is asked for again and again outlives a scan", "", s3_fifo, w_tinylfu) {
  TestType world;
  auto& policy = world.policy;
  for (unsigned i = 1; i <= 100; ++i)
    policy.insert(key(i), std::nullopt);
  for (int round = 0; round < 4; ++round)
    for (unsigned i = 1; i <= 10; ++i)
      policy.touch(key(i));
  for (unsigned i = 101; i < 1000; ++i) { // each seen once, in room for 100
    policy.insert(key(i), std::nullopt);
    while (policy.size() > 100)
      policy.erase(*policy.victim());
  }
  const auto known = order(policy);
  CHECK(std::count_if(known.begin(), known.end(), [](const block_key& each) {
          for (unsigned i = 1; i <= 10; ++i)
            if (each == key(i))
              return true;
          return false;
        }) == 10);
}

TEMPLATE_TEST_CASE("The same calls give the same order", "", lru, s3_fifo, w_tinylfu, conversation) {
  TestType one;
  TestType other;
  for (auto* policy : {&one.policy, &other.policy}) {
    for (unsigned i = 0; i < 100; ++i)
      policy->insert(key(i * 7 % 100), std::nullopt);
    for (unsigned i = 0; i < 100; i += 3)
      policy->touch(key(i));
  }
  CHECK(order(one.policy) == order(other.policy));
}

TEST_CASE("LRU gives up what was least recently inserted or touched") {
  keyed_policy policy{make_lru_policy()};
  for (unsigned i = 1; i <= 4; ++i)
    policy.insert(key(i), std::nullopt);
  policy.touch(key(2));
  policy.touch(key(1));
  CHECK(order(policy) == std::vector<block_key>{key(3), key(4), key(2), key(1)});
}

TEST_CASE("A chain touched deepest-first loses its tail before its head") {
  keyed_policy policy{make_lru_policy()};
  policy.insert(key(1), std::nullopt);
  policy.insert(key(2), key(1));
  policy.insert(key(3), key(2));
  for (unsigned i : {3, 2, 1})
    policy.touch(key(i));
  CHECK(policy.victim() == key(3));
}

TEST_CASE("S3-FIFO gives up newcomers first, and remembers those who come back soon") {
  keyed_policy policy{make_s3_fifo_policy()};
  for (unsigned i = 1; i <= 17; ++i) {
    policy.insert(key(i), std::nullopt);
    policy.touch(key(i));
    policy.touch(key(i));
  }
  policy.insert(key(18), std::nullopt);
  policy.insert(key(19), std::nullopt);
  REQUIRE(policy.victim() == key(18)); // the others were touched twice and are now in the main queue
  policy.erase(key(18));
  policy.insert(key(18), std::nullopt); // at the end of the main queue
  CHECK(order(policy).back() == key(18));
  CHECK(order(policy).front() == key(19));
}
