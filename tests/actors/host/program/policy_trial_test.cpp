#include "actors/host/program/policy_trial.hpp"
#include "actors/host/program/chat_workload.hpp"
#include "storage/eviction/conversation_policy.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace hearth;

namespace {

policy_score tried(const std::vector<request>& trace, std::size_t capacity,
                   std::unique_ptr<storage::eviction_policy> policy) {
  storage::keyed_policy keyed{std::move(policy)};
  return try_policy(trace, capacity, keyed);
}

policy_score lru(const std::vector<request>& trace, std::size_t capacity) {
  return tried(trace, capacity, storage::make_lru_policy());
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
  CHECK(lru(trace, 4).usable == 3); // 2 was evicted first: it was touched before its head
}

TEST_CASE("A block twice in a request is one block") {
  const std::vector<request> trace{{{1, 1, 1}}, {{1, 1, 1}}};
  CHECK(lru(trace, 1).usable == 3);
  CHECK(try_clairvoyant(trace, 1).usable == 3);
  for (const auto& each : all_policies()) {
    INFO(each.name);
    CHECK(tried(trace, 1, each.make(1)).usable == 3);
  }
}

TEST_CASE("No policy beats the one that knows the future, and none needs to be told when everything fits") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto trace = chat_requests(seed, 1500);
    const auto blocks = distinct_blocks(trace);
    const auto most = lru(trace, blocks).usable;
    REQUIRE(most > 0);
    for (const auto& each : all_policies())
      for (const auto capacity : {blocks / 50, blocks / 10, blocks}) {
        INFO(each.name << " seed " << seed << " capacity " << capacity);
        storage::keyed_policy policy{each.make(capacity)};
        const auto score = try_policy(trace, capacity, policy);
        CHECK(policy.size() <= capacity);
        CHECK(score.usable <= try_clairvoyant(trace, capacity).usable);
        CHECK((capacity < blocks || score.usable == most));
        CHECK(score.usable > 0);
      }
  }
}

// The conversation policy against LRU on traces it was not tuned for, in usable blocks of those requested. In the
// built-in chats, returns depend on recency only, so LRU is near the optimum.

TEST_CASE(
    "On chats that come back by recency the conversation policy is as good as LRU in the mean, and never far behind") {
  double sum = 0;
  int trials = 0;
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    const auto trace = chat_requests(seed, 3000);
    const auto blocks = distinct_blocks(trace);
    for (const auto part : {100, 50, 20, 10, 5}) {
      const auto capacity = blocks / part;
      const auto learnt = tried(trace, capacity, storage::make_conversation_policy());
      const auto recent = lru(trace, capacity);
      INFO("seed " << seed << ", one block in " << part << ": LRU " << recent.ratio() << ", learnt " << learnt.ratio());
      CHECK(learnt.ratio() > recent.ratio() - 0.005);
      sum += learnt.ratio() - recent.ratio();
      ++trials;
    }
  }
  CHECK(sum / trials > -0.001);
}

TEST_CASE("A scan through chats costs the conversation policy no more than LRU") {
  auto trace = chat_requests(7, 3000);
  const auto blocks = distinct_blocks(trace);
  std::uint64_t id = std::uint64_t{1} << 62;
  for (std::size_t at = 1000; at < 2000; at += 4) { // documents that are never requested again
    request scan;
    while (scan.block_ids.size() < 64)
      scan.block_ids.push_back(id++);
    trace.insert(trace.begin() + static_cast<std::ptrdiff_t>(at), std::move(scan));
  }
  for (const auto part : {50, 10, 5}) {
    const auto capacity = blocks / part;
    const auto learnt = tried(trace, capacity, storage::make_conversation_policy());
    const auto recent = lru(trace, capacity);
    INFO("one block in " << part << ": LRU " << recent.ratio() << ", learnt " << learnt.ratio());
    CHECK(learnt.ratio() > recent.ratio());
  }
}

TEST_CASE("When chats turn into agents that ask again at once, the conversation policy follows") {
  auto trace = chat_requests(8, 1500);
  for (std::uint64_t agent = 0; agent < 60; ++agent) // each grows by a block per step, ten agents at a time
    for (std::uint64_t step = 1; step <= 25; ++step) {
      request grown;
      for (std::uint64_t i = 0; i < 4 + step; ++i)
        grown.block_ids.push_back((std::uint64_t{1} << 61) + (agent / 10 * 10 + (agent + step) % 10) * 1000 + i);
      trace.push_back(std::move(grown));
    }
  const auto capacity = distinct_blocks(trace) / 20;
  const auto learnt = tried(trace, capacity, storage::make_conversation_policy());
  const auto recent = lru(trace, capacity);
  INFO("LRU " << recent.ratio() << ", learnt " << learnt.ratio());
  CHECK(learnt.ratio() > recent.ratio() - 0.005);
}
