#pragma once

#include <cstddef>

namespace hearth::storage {

/// Tells a policy that learns when it should do as LRU would: while LRU, in a tier of the same size, would have had
/// more usable hits. What was lost to LRU, in blocks, may be one in a thousand of those asked for, both of late: above,
/// LRU wins until it is less. So a policy that follows stays close to LRU at worst, and one that is better never hears
/// of it. What was won counts for little, so that a change for the worse shows soon. What a tier has already given up
/// comes back only as it is asked for: on traces of fewer than a thousand requests some loss goes beyond, up to 0.010
/// of the blocks asked for where there are 300, 0.0045 where there are 800. Threads: one owner. O(1).
class lru_rival {
public:
  /// A request asked for so many blocks; so many were usable, and would have been with LRU.
  void count(std::size_t asked, double own, double lru) noexcept;

  [[nodiscard]] bool wins() const noexcept { return lost_ > lost_part * asked_; }

private:
  static constexpr double lost_part = 0.001;
  static constexpr double credit_part = 0.01;   ///< of what was asked for, at most so much was won
  static constexpr double requests_kept = 4000; ///< in the mean: longer than one request may stay in a tier

  double asked_ = 0;
  double lost_ = 0; ///< less what was won
};

} // namespace hearth::storage
