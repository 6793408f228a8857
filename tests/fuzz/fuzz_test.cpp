#include "tests/fuzz/target.hpp"
#include "tests/support/catch.hpp"

#include <random>

// Runs the fuzz targets with every compiler: on their seeds, and on mutated seeds for about a second.
using namespace hearth::fuzz;

namespace {

/// Applies one to eight mutations of a few bytes, as a fuzzer does.
bytes mutated(bytes input, std::mt19937& random) {
  for (auto changes = 1 + random() % 8; changes > 0; --changes) {
    const auto at = input.empty() ? 0 : random() % input.size();
    switch (input.empty() ? 3 : random() % 5) {
    case 0: input[at] ^= static_cast<std::byte>(1u << random() % 8); break;
    case 1: input[at] = static_cast<std::byte>(random()); break;
    case 2: input.resize(at); break;
    case 3: input.push_back(static_cast<std::byte>(random())); break;
    default: input[at] = input[random() % input.size()]; break;
    }
  }
  return input;
}

void check(const target& tried) {
  constexpr unsigned seed = 20261126;
  std::mt19937 random{seed};
  const auto seeds = tried.seeds();
  REQUIRE_FALSE(seeds.empty());
  for (const auto& input : seeds)
    CHECK_NOTHROW(tried.run(input));
  for (unsigned round = 0; round < tried.rounds; ++round) {
    const auto input = mutated(seeds[random() % seeds.size()], random);
    try {
      tried.run(input);
    } catch (const std::exception& broken) {
      INFO("seed " << seed << ", round " << round);
      FAIL(broken.what());
    }
  }
}

} // namespace

TEST_CASE("No bytes taken for a record's header do harm, and those that are one are written as they were read") {
  check(records);
}
TEST_CASE("No bytes taken for an index do harm, and those that are one are written as they were read") {
  check(indexes);
}
TEST_CASE("Whatever became of a store's files, it is refused, or keeps what a store promises") { check(recovery); }
TEST_CASE("No text taken for a snapshot does harm, and one that is comes back") { check(snapshot); }
TEST_CASE("No text taken for a trace does harm, and one that is comes back") { check(trace); }
TEST_CASE("Whatever is typed, set or named, it is refused, or is what was meant") { check(arguments); }
