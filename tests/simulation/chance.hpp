#pragma once

#include <cstdint>

namespace hearth::simulation {

/// Pseudo-random draws that are the same with every compiler and library, unlike the standard distributions. Generator:
/// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). Threads: one owner.
class chance {
public:
  explicit chance(std::uint64_t seed) noexcept : state_(seed) {}

  /// Independent generator with this number: draws from one do not affect the others.
  [[nodiscard]] chance fork(std::uint64_t number) const noexcept {
    chance made{state_ ^ (number + 1) * 0xd1342543de82ef95};
    made.next();
    return made;
  }

  std::uint64_t next() noexcept {
    auto mixed = state_ += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
  }

  /// 0 to `end` - 1. Pre: `end` > 0.
  std::uint64_t below(std::uint64_t end) noexcept { return next() % end; }

  /// `least` to `most`, both included.
  std::uint64_t between(std::uint64_t least, std::uint64_t most) noexcept { return least + below(most - least + 1); }

  bool one_in(std::uint64_t times) noexcept { return below(times) == 0; }

private:
  std::uint64_t state_;
};

} // namespace hearth::simulation
