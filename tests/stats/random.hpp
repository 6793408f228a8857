#pragma once

#include <cstdint>

namespace hearth::stats {

/// Seeded pseudo-random numbers for tests: the high bits of Knuth's MMIX linear congruential generator. Same seed, same
/// numbers.
class random_sequence {
public:
  explicit random_sequence(std::uint64_t seed) : state_(seed) {}

  /// Number in 0..bound-1. Pre: 1 <= bound <= 2^31.
  std::uint64_t below(std::uint64_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 33) % bound;
  }

private:
  std::uint64_t state_;
};

} // namespace hearth::stats
