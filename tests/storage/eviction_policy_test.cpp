#include "storage/eviction_policy.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <algorithm>
#include <vector>

using namespace hearth::storage;
using hearth::testing::key;

namespace {

/// Least recently used leaves first.
struct lru {
  std::unique_ptr<eviction_policy> policy = make_lru_policy();
};

bool anyone(const block_key&) { return true; }

std::vector<block_key> order(const eviction_policy& policy) {
  std::vector<block_key> keys;
  policy.visit([&](const block_key& key) {
    keys.push_back(key);
    return true;
  });
  return keys;
}

} // namespace

// The contract of eviction_policy.hpp, over every policy.

TEMPLATE_TEST_CASE("A policy knows exactly what was inserted and not erased", "", lru) {
  TestType world;
  auto& policy = *world.policy;
  CHECK(policy.size() == 0);
  CHECK_FALSE(policy.victim(anyone));
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

TEMPLATE_TEST_CASE("A victim is one that may leave, and stays until it is erased", "", lru) {
  TestType world;
  auto& policy = *world.policy;
  for (unsigned i = 1; i <= 3; ++i)
    policy.insert(key(i), std::nullopt);
  CHECK(policy.victim([](const block_key& candidate) { return candidate == key(3); }) == key(3));
  CHECK_FALSE(policy.victim([](const block_key&) { return false; }));
  CHECK(policy.victim(anyone) == policy.victim(anyone));
  CHECK(policy.size() == 3);
}

TEMPLATE_TEST_CASE("The first visited is the victim, and a visit ends when it is told to", "", lru) {
  TestType world;
  auto& policy = *world.policy;
  for (unsigned i = 1; i <= 5; ++i)
    policy.insert(key(i), std::nullopt);
  policy.touch(key(1));
  CHECK(order(policy).front() == policy.victim(anyone));
  int visits = 0;
  policy.visit([&](const block_key&) { return ++visits < 2; });
  CHECK(visits == 2);
}

TEMPLATE_TEST_CASE("The same calls give the same order", "", lru) {
  TestType one;
  TestType other;
  for (auto* policy : {one.policy.get(), other.policy.get()}) {
    for (unsigned i = 0; i < 100; ++i)
      policy->insert(key(i * 7 % 100), std::nullopt);
    for (unsigned i = 0; i < 100; i += 3)
      policy->touch(key(i));
  }
  CHECK(order(*one.policy) == order(*other.policy));
}

TEST_CASE("LRU gives up what was least recently inserted or touched") {
  const auto policy = make_lru_policy();
  for (unsigned i = 1; i <= 4; ++i)
    policy->insert(key(i), std::nullopt);
  policy->touch(key(2));
  policy->touch(key(1));
  CHECK(order(*policy) == std::vector<block_key>{key(3), key(4), key(2), key(1)});
}

TEST_CASE("A chain touched deepest-first loses its tail before its head") {
  const auto policy = make_lru_policy();
  policy->insert(key(1), std::nullopt);
  policy->insert(key(2), key(1));
  policy->insert(key(3), key(2));
  for (unsigned i : {3, 2, 1})
    policy->touch(key(i));
  CHECK(policy->victim(anyone) == key(3));
}
