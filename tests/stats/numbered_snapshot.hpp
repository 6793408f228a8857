#pragma once

#include "stats/snapshot.hpp"
#include "tests/stats/random.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::stats {

/// Numbers of a struct that has nothing but 64-bit numbers (and, in gauges, the state at its end), in their order in
/// memory. So a member that is added to the struct is among them.
using numbers = std::vector<std::uint64_t>;

/// Fills every member of `item` with a number of its own and returns the numbers.
template <class Item>
numbers fill(Item& item, random_sequence& random) {
  static_assert(sizeof(Item) % sizeof(std::uint64_t) == 0);
  std::array<std::uint64_t, sizeof(Item) / sizeof(std::uint64_t)> words{};
  for (auto& word : words)
    word = 1 + random.below(1ull << 31);
  item = std::bit_cast<Item>(words);
  return {words.begin(), words.end()};
}

inline numbers fill(gauges& item, random_sequence& random) {
  static_assert(offsetof(gauges, cold_state) == sizeof(gauges) - sizeof(std::uint64_t), "the state is last");
  auto found = fill<gauges>(item, random);
  found.pop_back();
  item.cold_state = cold_state::attached;
  return found;
}

} // namespace hearth::stats
