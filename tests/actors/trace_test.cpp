// The main workload from a trace, in the deterministic world.
#include "actors/host/program/trace.hpp"
#include "actors/host/program/chat_workload.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>

using namespace hearth;
using namespace hearth::testing;

namespace {

block_key key_of_block(std::uint64_t id) {
  block_key key;
  for (std::size_t i = 0; i < 8; ++i) // spread like a hash, so that maps behave as in production
    key.bytes[i] = static_cast<std::byte>((id * 0x9e3779b97f4a7c15ull) >> (8 * i));
  for (std::size_t i = 0; i < 8; ++i)
    key.bytes[8 + i] = static_cast<std::byte>(id >> (8 * i));
  return key;
}

/// One request: gets the longest present prefix, puts the rest. Returns the number of usable blocks.
std::size_t serve(cache& kept, const request& asked, const buffer& payload) {
  std::vector<block_key> keys;
  for (const auto id : asked.block_ids)
    keys.push_back(key_of_block(id));
  const auto found = kept.get_prefix(keys);
  REQUIRE(found.ok());
  for (auto i = found->blocks.size(); i < keys.size(); ++i) {
    put_options options;
    if (i > 0)
      options.parent = keys[i - 1];
    (void)kept.put(keys[i], payload, options);
  }
  return found->blocks.size();
}

std::string run_once(std::uint64_t seed) {
  auto options = small_cache();
  options.hot_bytes_max = 64 * block_bytes;
  options.cold_bytes_max = 8192 + 256 * 8192;
  options.idle_clean = std::chrono::milliseconds{200};
  cache_world it{options};
  chat_workload requests{seed};
  const auto payload = bytes_of(1);
  for (int i = 0; i < 60; ++i) {
    serve(it.kept, requests.next(), payload);
    if (i % 10 == 9)
      it.world.advance(std::chrono::milliseconds{50});
  }
  it.world.run();
  const auto snapshot = it.kept.stats();
  REQUIRE(snapshot.ok());
  CHECK(snapshot->whole.counters.ledger.balanced());
  CHECK(snapshot->whole.counters.ledger.ssd_write_drops() > 0); // a mailbox of four must have overflowed
  return stats::to_json(*snapshot);
}

} // namespace

TEST_CASE("The same seed gives the same snapshot twice, byte for byte, and another seed another") {
  const auto first = run_once(7);
  CHECK(first == run_once(7));
  CHECK(first != run_once(8));
}

TEST_CASE("On the chat trace a single hot tier has the usable-prefix hits of a plain LRU simulation") {
  const char* given = std::getenv("HEARTH_TRACE");
  const std::string path = given != nullptr ? given : "../shared/traces/conversation.jsonl";
  if (!std::filesystem::exists(path)) {
    WARN("no trace at " << path << ": not checked");
    return;
  }
  const auto requests = read_trace(path);
  REQUIRE(requests.ok());
  constexpr std::array<std::pair<std::uint64_t, double>, 5> reference{
      {{1'827, 0.052}, {3'655, 0.079}, {9'139, 0.195}, {18'279, 0.278}, {36'558, 0.345}}};
  const auto [capacity, expected] = reference[GENERATE(0, 1, 2, 3, 4)];
  auto options = small_cache();
  options.directory.clear();
  constexpr std::uint64_t tiny = 16;
  options.hot_bytes_max = capacity * tiny;
  cache_world it{options};
  const auto payload = testing::payload(1, tiny);
  std::uint64_t usable = 0;
  std::uint64_t asked = 0;
  for (const auto& one : *requests) {
    usable += serve(it.kept, one, payload);
    asked += one.block_ids.size();
  }
  CHECK(static_cast<double>(usable) / static_cast<double>(asked) == Approx(expected).margin(0.01));
  const auto counters = it.counters();
  CHECK(counters.loads == usable);
  CHECK(counters.hits() + counters.misses == asked);
}
