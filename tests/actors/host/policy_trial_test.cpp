#include "actors/host/policy_trial.hpp"
#include "actors/host/chat_workload.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace hearth;

namespace {

policy_score lru(const std::vector<request>& trace, std::size_t capacity) {
  const auto policy = storage::make_lru_policy();
  return try_policy(trace, capacity, *policy);
}

std::vector<request> chat(std::uint64_t seed, std::size_t requests) {
  chat_workload workload{seed};
  std::vector<request> all;
  while (all.size() < requests)
    all.push_back(workload.next());
  return all;
}

} // namespace

TEST_CASE("A block counts only if every block before it in its request is present") {
  const std::vector<request> trace{{{1, 2, 3}}, {{1, 9, 3}}, {{1, 2, 3}}};
  const auto all = lru(trace, 10);
  CHECK(all.asked == 9);
  CHECK(all.usable == 0 + 1 + 3);
  CHECK(distinct_blocks(trace) == 4);
}

TEST_CASE("With room for two, LRU keeps the head of the last chain, and the future is known better") {
  const std::vector<request> trace{{{1, 2}}, {{3, 4, 5}}, {{3, 4}}, {{1, 2}}};
  CHECK(lru(trace, 2).usable == 2);
  CHECK(try_clairvoyant(trace, 2).usable == 2);
  CHECK(try_clairvoyant(trace, 4).usable == 4);
  CHECK(lru(trace, 4).usable == 3); // 2 left first: it was touched before its head
}

TEST_CASE("A block twice in a request is one block") {
  const std::vector<request> trace{{{1, 1, 1}}, {{1, 1, 1}}};
  CHECK(lru(trace, 1).usable == 3);
  CHECK(try_clairvoyant(trace, 1).usable == 3);
}

TEST_CASE("No policy beats the one that knows the future, and none needs to be told when everything fits") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto trace = chat(seed, 1500);
    const auto blocks = distinct_blocks(trace);
    const auto most = lru(trace, blocks).usable;
    REQUIRE(most > 0);
    for (const auto& each : all_policies())
      for (const auto capacity : {blocks / 50, blocks / 10, blocks}) {
        INFO(each.name << " seed " << seed << " capacity " << capacity);
        const auto policy = each.make(capacity);
        const auto score = try_policy(trace, capacity, *policy);
        CHECK(policy->size() <= capacity);
        CHECK(score.usable <= try_clairvoyant(trace, capacity).usable);
        CHECK((capacity < blocks || score.usable == most));
        CHECK(score.usable > 0);
      }
  }
}
