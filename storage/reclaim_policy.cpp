#include "storage/reclaim_policy.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

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
public:
  std::size_t victim(std::span<const segment_summary> candidates) const override {
    return lowest(candidates, [](const auto& x) { return std::pair{x.live_bytes != 0, x.generation}; });
  }
};

class least_useful final : public reclaim_policy {
public:
  std::size_t victim(std::span<const segment_summary> candidates) const override {
    return lowest(candidates, [](const auto& x) {
      return std::pair{x.worth / static_cast<double>(x.bytes), x.generation};
    });
  }
};

} // namespace

std::unique_ptr<reclaim_policy> make_reclaim_policy(reclaim_order order) {
  if (order == reclaim_order::fifo)
    return std::make_unique<fifo>();
  return std::make_unique<least_useful>();
}

} // namespace hearth::storage
