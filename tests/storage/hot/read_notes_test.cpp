#include "storage/hot/read_notes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

using noted_chains = std::vector<std::vector<block_key>>;

noted_chains taken_from(read_notes& notes) {
  noted_chains chains;
  notes.take([&](std::span<const block_key> chain) { chains.emplace_back(chain.begin(), chain.end()); });
  return chains;
}

std::vector<block_key> run(unsigned first, std::size_t length) {
  std::vector<block_key> chain;
  for (unsigned i = 0; i < length; ++i)
    chain.push_back(key(first + i));
  return chain;
}

} // namespace

TEST_CASE("Chains are taken as they were noted, in their order, and once") {
  read_notes notes{2};
  (void)notes.add(0, run(1, 1));
  (void)notes.add(1, run(10, 3));
  CHECK(taken_from(notes) == noted_chains{run(1, 1), run(10, 3)});
  CHECK(taken_from(notes).empty());
  CHECK(notes.counted()[0].blocks == 1);
  CHECK(notes.counted()[1].blocks == 3);
}

TEST_CASE("The owner is told once when enough waits, and again when it listens") {
  read_notes notes{1};
  const auto most = run(0, read_notes::stripe_keys_told - 1);
  for (int round = 0; round < 2; ++round) {
    CHECK_FALSE(notes.add(0, most));
    CHECK(notes.add(0, run(100, 1)));
    CHECK_FALSE(notes.add(0, run(101, 1)));
    CHECK(taken_from(notes).size() == 3);
    CHECK_FALSE(notes.add(0, run(0, 100)));
    CHECK(taken_from(notes).size() == 1);
    notes.listen();
  }
}

TEST_CASE("Keys beyond what a stripe holds are skipped and counted, those of tails first") {
  read_notes notes{1};
  (void)notes.add(0, run(0, read_notes::stripe_keys_max - 2));
  (void)notes.add(0, run(5000, 5));
  (void)notes.add(0, run(6000, 1));
  const auto chains = taken_from(notes);
  REQUIRE(chains.size() == 2);
  CHECK(chains[1] == run(5000, 2));
  CHECK(notes.counted()[0].blocks == read_notes::stripe_keys_max + 4);
  CHECK(notes.counted()[0].skipped == 4);
  (void)notes.add(0, run(7000, 1));
  CHECK(taken_from(notes) == noted_chains{run(7000, 1)});
}

TEST_CASE("Every block that threads note is counted, and either taken or skipped") {
  read_notes notes{2};
  constexpr std::size_t threads = 4;
  constexpr std::size_t rounds = 20'000;
  std::atomic<std::size_t> running{threads};
  std::vector<std::thread> noting;
  for (std::size_t i = 0; i < threads; ++i)
    noting.emplace_back([&, i] {
      const auto chain = run(0, 3);
      for (std::size_t round = 0; round < rounds; ++round)
        (void)notes.add(static_cast<namespace_id>(i % 2), chain);
      --running;
    });
  std::size_t taken = 0;
  const auto take = [&] { notes.take([&](std::span<const block_key> chain) { taken += chain.size(); }); };
  while (running > 0)
    take();
  for (auto& thread : noting)
    thread.join();
  take();
  const auto counted = notes.counted();
  CHECK(counted[0].blocks == rounds * 3 * threads / 2);
  CHECK(counted[1].blocks == rounds * 3 * threads / 2);
  CHECK(taken + counted[0].skipped + counted[1].skipped == rounds * 3 * threads);
}
