#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::stats {

/// Latency histogram: nanoseconds over any number of samples in 58 KiB, log-linear as in HdrHistogram, 128 buckets per
/// power of two. Exact below 256 ns, at most 1/128 (0.8 %) too high above. Invariant: `count()` is the sum of all
/// buckets. Threads: one owner.
class latency_histogram {
public:
  latency_histogram();

  void add(std::uint64_t ns) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  /// The latency, in ns, that `per_mille` of 1000 samples do not exceed (nearest rank; 500: the median, 999: p99.9).
  /// 0 if there are no samples. Pre: 1 <= per_mille <= 1000.
  [[nodiscard]] std::uint64_t quantile(std::uint64_t per_mille) const noexcept;

private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t largest_ = 0;
};

} // namespace hearth::stats
