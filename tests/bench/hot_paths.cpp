// Runs one of the three hottest paths for an instruction counter: hearth-hot-paths get|prefix|put ROUNDS. It runs the
// real cache in a world with one thread, so that two runs execute the same instructions. instructions.py counts and
// compares them; nothing is timed here.
#include "tests/bench/counted_paths.hpp"
#include "tests/support/actor_world.hpp"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace hearth;

constexpr std::size_t blocks = 1000;
constexpr std::size_t block_bytes = 4096;

std::vector<block_key> random_keys(std::size_t count) {
  std::mt19937_64 random{1};
  std::vector<block_key> keys(count);
  for (auto& key : keys)
    for (auto& byte : key.bytes)
      byte = static_cast<std::byte>(random());
  return keys;
}

std::vector<buffer> payloads(std::size_t count) {
  std::vector<buffer> made;
  for (std::size_t i = 0; i < count; ++i)
    made.push_back(mutable_buffer::allocate(block_bytes).value().publish());
  return made;
}

/// Ends the program unless all blocks were correct: otherwise the count of instructions would be wrong.
void expect(std::size_t found, std::size_t wanted) {
  if (found == wanted)
    return;
  std::fprintf(stderr, "hearth-hot-paths: found %zu blocks, expected %zu\n", found, wanted);
  std::exit(1);
}

} // namespace

int main(int count, char** arguments) {
  const std::string_view path = count > 1 ? arguments[1] : "";
  const int rounds = count > 2 ? std::atoi(arguments[2]) : 0;
  if ((path != "get" && path != "prefix" && path != "put") || rounds < 1) {
    std::fputs("hearth-hot-paths: expected get, prefix or put, and how many rounds of 1000 blocks\n", stderr);
    return 2;
  }
  testing::actor_world world;
  cache_options options;
  options.hot_bytes_max = blocks * block_bytes;
  options.lease_bytes_max = 2 * blocks * block_bytes;
  auto kept = world.open(options).value();
  const auto keys = random_keys(blocks * static_cast<std::size_t>(rounds + 2));
  const std::span all{keys};
  for (const auto& end : kept.put_many(all.first(blocks), payloads(blocks)).value())
    expect(end.ok() ? 1 : 0, 1);
  const std::vector<block_key> hot(keys.begin(), keys.begin() + blocks);
  auto beyond = hot;
  beyond.push_back(keys.back());
  for (int round = 0; round < rounds; ++round) {
    if (path == "get")
      expect(counted_get(kept, hot), blocks);
    else if (path == "prefix")
      expect(counted_prefix(world, kept, beyond), blocks);
    else
      expect(
          counted_put(world, kept, all.subspan(blocks * static_cast<std::size_t>(round + 1), blocks), payloads(blocks)),
          blocks);
  }
  return 0;
}
