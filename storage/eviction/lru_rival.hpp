#pragma once

#include <cstddef>

namespace hearth::storage {

/// Falls back to LRU while the learned policy's recent loss against a simulated LRU exceeds 0.1 % of the blocks
/// requested. A policy that follows this advice stays close to LRU in the worst case; a policy that is better than LRU
/// is never overruled. Recent gains count little, so that a change for the worse is noticed soon. Blocks that the tier
/// has already evicted return only as they are requested again: on traces under 1,000 requests the loss can exceed the
/// limit, up to 0.010 of the requested blocks with 300 requests, 0.0045 with 800. Threads: one owner. Cost: O(1).
class lru_rival {
public:
  /// Records a request: how many blocks it asked for, how many were usable, and how many would have been usable with
  /// LRU.
  void count(std::size_t asked, double own, double lru) noexcept;

  [[nodiscard]] bool wins() const noexcept { return lost_ > lost_part * asked_; }

private:
  static constexpr double lost_part = 0.001;
  /// upper limit of the gain that is kept, as a share of the blocks requested
  static constexpr double credit_part = 0.01;
  /// requests in the moving average: longer than a block may stay in a tier
  static constexpr double requests_kept = 4000;

  double asked_ = 0;
  double lost_ = 0; ///< loss minus gain, blocks
};

} // namespace hearth::storage
