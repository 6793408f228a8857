#include "actors/host/program/policy_trial.hpp"
#include "storage/eviction/conversation_policy.hpp"
#include "storage/memory/buffer_pool.hpp"
#include "tests/actors/host/program/made_traces.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace hearth;
using namespace hearth::testing;

// Guarantee of the conversation policy on traces it was not tuned for, in usable blocks of those requested: never more
// than 0.005 below LRU, in tiers from a few hundred blocks to nearly all blocks; better than LRU where there is
// something to learn.

namespace {

constexpr double below_lru_max = 0.005;
constexpr std::uint64_t apart = std::uint64_t{1} << 60; ///< offset for the ids of another trace

policy_score tried(const trace& asked, std::size_t capacity, std::unique_ptr<storage::eviction_policy> policy) {
  storage::keyed_policy keyed{std::move(policy)};
  return try_policy(asked, capacity, keyed);
}

/// Checks the guarantee at each capacity. Returns the mean gain of the policy over LRU.
double above_lru(const std::string& name, const trace& asked) {
  const auto blocks = distinct_blocks(asked);
  double sum = 0;
  std::vector<std::size_t> capacities{blocks / 10};
  if (storage::buffers_are_pooled()) // with a sanitizer, all of them would take minutes
    capacities.insert(capacities.end(), {300, blocks * 3 / 100, blocks / 4, blocks * 3 / 4});
  for (const auto capacity : capacities) {
    const auto learnt = tried(asked, capacity, storage::make_conversation_policy()).ratio();
    const auto recent = tried(asked, capacity, storage::make_lru_policy()).ratio();
    INFO(name << ", " << capacity << " of " << blocks << " blocks: LRU " << recent << ", learnt " << learnt);
    CHECK(learnt > recent - below_lru_max);
    sum += learnt - recent;
  }
  return sum / static_cast<double>(capacities.size());
}

chat_habits slow_chats() { return {.conversations_max = 1024, .recent_conversations = 128}; }

} // namespace

TEST_CASE("Chats: however many come and go at a time, the conversation policy keeps up with LRU") {
  for (const std::uint64_t seed : {11, 12})
    above_lru("the usual, seed " + std::to_string(seed), chat_requests(seed, 2000));
  above_lru("many at a time", chat_requests(21, 2500, slow_chats()));
  above_lru("few at a time", chat_requests(22, 2000, {.conversations_max = 64, .recent_conversations = 8}));
  above_lru("mostly new ones", chat_requests(23, 2000, {.new_in_ten = 7}));
  above_lru("long ones", chat_requests(24, 1500, {.new_in_ten = 1, .ends_one_in = 12}));
  above_lru("no matter how recent", chat_requests(25, 2000, {.far_one_in = 1}));
}

TEST_CASE("Agents that ask again at once, and then never, are served as by LRU") {
  above_lru("few agents", agent_requests(31, 1500, {8, 40, 20}));
  above_lru("more agents", agent_requests(32, 1500, {40, 60, 12}));
  above_lru("short-lived agents", agent_requests(33, 2000, {120, 20, 8}));
}

TEST_CASE("Questions that go on and documents that do not are told apart, which LRU cannot") {
  for (const std::uint64_t seed : {41, 42})
    CHECK(above_lru("questions, seed " + std::to_string(seed), question_requests(seed, 2500)) > 0.02);
}

TEST_CASE("When the requests become others in the middle, the conversation policy does not insist") {
  above_lru("chats, then agents", joined(chat_requests(51, 1500), agent_requests(52, 1500, {20, 40, 15}, apart)));
  above_lru("agents, then chats", joined(agent_requests(53, 1500, {20, 40, 15}, apart), chat_requests(54, 1500)));
  above_lru("chats, then many more", joined(chat_requests(55, 1500), chat_requests(56, 1500, slow_chats(), apart)));
  CHECK(above_lru("questions, then chats", joined(question_requests(57, 1500, apart), chat_requests(58, 1500))) > 0);
}

TEST_CASE("A scan through chats takes less from the conversation policy than from LRU") {
  CHECK(above_lru("now and then", scanned(chat_requests(61, 2000), 500, 1500, 4, 64)) > 0.003);
  CHECK(above_lru("all the time", scanned(chat_requests(62, 2000), 500, 1500, 1, 32)) > 0.005);
}
