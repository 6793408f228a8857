#pragma once

#include "stats/latency.hpp"
#include "stats/log_linear.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace hearth::stats {

/// Latency histograms of one cache, log-linear as in HdrHistogram (16 buckets per power of two), in 34 KiB. Adding
/// takes three relaxed atomic operations. Threads: any.
class latencies {
public:
  void add(operation what, std::uint64_t ns) noexcept;

  /// The latencies of one operation. Operations that are added meanwhile may be missing.
  [[nodiscard]] latency read(operation what) const noexcept;

  /// Forgets everything. An operation that is added meanwhile may be forgotten in part.
  void reset() noexcept;

private:
  using scale = log_linear<5>;

  struct histogram {
    std::array<std::atomic<std::uint64_t>, scale::buckets> counts{};
    std::atomic<std::uint64_t> sum_ns{0}, max_ns{0};
  };
  std::array<histogram, operations> all_;
};

} // namespace hearth::stats
