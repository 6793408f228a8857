#include "actors/host/program/chat_workload.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <set>

using namespace hearth;

TEST_CASE("The same seed gives the same chat, another seed another one") {
  CHECK(chat_requests(1, 500) == chat_requests(1, 500));
  CHECK(chat_requests(1, 500) != chat_requests(2, 500));
}

TEST_CASE("A chat is the same on every compiler and machine") {
  // Checksums computed once. A different value means that runs of different builds can no longer be compared.
  std::uint64_t blocks = 0;
  std::uint64_t mixed = 0;
  for (const auto& one : chat_requests(1, 1000)) {
    blocks += one.block_ids.size();
    for (auto id : one.block_ids)
      mixed = mixed * 31 + id;
  }
  CHECK(blocks == 23'097);
  CHECK(mixed == 15'127'246'644'381'853'415u);
}

TEST_CASE("An id stands for a block and everything before it") {
  std::map<std::uint64_t, std::uint64_t> before;
  for (const auto& one : chat_requests(3, 3000)) {
    REQUIRE_FALSE(one.block_ids.empty());
    REQUIRE(one.block_ids.size() <= 400);
    std::uint64_t previous = ~0ull;
    for (auto id : one.block_ids) {
      REQUIRE(before.emplace(id, previous).first->second == previous);
      previous = id;
    }
  }
}

TEST_CASE("In a chat about two thirds of the blocks that are asked for were there before") {
  for (std::uint64_t seed : {1, 2, 3}) {
    CAPTURE(seed);
    std::set<std::uint64_t> known;
    std::size_t asked = 0;
    std::size_t usable = 0;
    for (const auto& one : chat_requests(seed, 3000)) {
      asked += one.block_ids.size();
      for (std::size_t i = 0; i < one.block_ids.size() && known.count(one.block_ids[i]); ++i)
        ++usable;
      known.insert(one.block_ids.begin(), one.block_ids.end());
    }
    CHECK(usable > asked * 4 / 10);
    CHECK(usable < asked * 8 / 10);
    CHECK(asked > 3000 * 10);
    CHECK(asked < 3000 * 60);
  }
}
