#pragma once

#include <cstddef>

namespace hearth::storage {

/// Comparison of a learned policy with a simulated LRU. `wins` is true while the learned policy's recent loss against
/// LRU exceeds 0.1 % of the blocks requested; the policy then falls back to LRU. With this rule a policy stays close to
/// LRU in the worst case, and a policy that is better than LRU never falls back. Gains are kept only up to a limit, so
/// that a change for the worse is noticed soon. A fallback does not bring back evicted blocks: they return when they
/// are requested again. On traces of fewer than 1,000 requests, the loss can therefore exceed the limit: up to 1.0 % of
/// the requested blocks with 300 requests, 0.45 % with 800. Threads: one owner. Cost: O(1).
class lru_rival {
public:
  /// Records a request for `asked` blocks: `own` of them were usable; `lru` would have been usable with LRU.
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
