#include "storage/segments/reclaim_policy.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>
#include <vector>

namespace hearth::storage {

namespace {

template <class Rank>
std::size_t lowest(std::span<const segment_summary> candidates, Rank rank) {
  assert(!candidates.empty());
  const auto least = std::min_element(candidates.begin(), candidates.end(),
                                      [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return static_cast<std::size_t>(least - candidates.begin());
}

class fifo final : public reclaim_policy {
private:
  std::size_t choose(std::span<const segment_summary> candidates) const override {
    return lowest(candidates, [](const auto& x) { return std::pair{x.live_bytes != 0, x.generation}; });
  }
};

class least_useful final : public reclaim_policy {
private:
  std::size_t choose(std::span<const segment_summary> candidates) const override {
    return lowest(candidates, [](const auto& x) {
      return std::pair{x.worth / static_cast<double>(x.bytes), x.generation};
    });
  }
};

} // namespace

std::size_t reclaim_policy::victim(std::span<const segment_summary> candidates) const {
  assert(!candidates.empty());
  auto fewest = std::numeric_limits<std::uint64_t>::max(); // lowest number of claimed bytes so far
  std::vector<segment_summary> first;                      // the candidates with this number, and their indices
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& one = candidates[i];
    const auto claimed = one.live_bytes - one.unclaimed_bytes;
    if (claimed > one.unclaimed_bytes / 3 || claimed > fewest)
      continue;
    if (claimed < fewest) {
      first.clear();
      places.clear();
    }
    fewest = claimed;
    first.push_back(one);
    places.push_back(i);
  }
  return first.empty() ? choose(candidates) : places[choose(first)];
}

std::unique_ptr<reclaim_policy> make_reclaim_policy(reclaim_order order) {
  if (order == reclaim_order::fifo)
    return std::make_unique<fifo>();
  return std::make_unique<least_useful>();
}

} // namespace hearth::storage
