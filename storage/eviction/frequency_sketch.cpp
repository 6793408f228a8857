#include "storage/eviction/frequency_sketch.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include <xxhash.h>

namespace hearth::storage {

frequency_sketch::frequency_sketch(std::size_t keys)
    : keys_(keys), width_(std::bit_ceil(counters_per_key * keys)), counters_(rows * width_) {
  assert(keys > 0);
}

/// Each row's hash uses the whole key: the keys of a host may differ in few bytes.
std::size_t frequency_sketch::slot(const block_key& key, std::size_t row) const {
  return row * width_ + (XXH3_64bits_withSeed(key.bytes.data(), key.bytes.size(), row) & (width_ - 1));
}

void frequency_sketch::add(const block_key& key) {
  for (std::size_t row = 0; row < rows; ++row) {
    auto& counter = counters_[slot(key, row)];
    counter = std::min<std::uint8_t>(counter + 1, count_max);
  }
  if (++added_ < 10 * keys_)
    return;
  for (auto& counter : counters_)
    counter /= 2;
  added_ /= 2;
}

std::uint8_t frequency_sketch::count(const block_key& key) const {
  auto least = count_max;
  for (std::size_t row = 0; row < rows; ++row)
    least = std::min(least, counters_[slot(key, row)]);
  return least;
}

} // namespace hearth::storage
