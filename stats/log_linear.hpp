#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hearth::stats {

/// Log-linear buckets, as in HdrHistogram: a bucket for each value below 2^ExactBits, above that 2^(ExactBits - 1)
/// buckets for each power of two. So a value is at most 1/2^(ExactBits - 1) below the upper end of its bucket.
template <unsigned ExactBits>
struct log_linear {
  static constexpr std::uint64_t exact = 1ull << ExactBits;
  static constexpr std::uint64_t per_power = exact / 2;
  static constexpr std::size_t buckets = exact + (64 - ExactBits) * per_power;

  [[nodiscard]] static std::size_t bucket_of(std::uint64_t value) noexcept {
    const auto coarse = value < exact ? 0 : static_cast<unsigned>(std::bit_width(value)) - ExactBits; // bits ignored
    return static_cast<std::size_t>((value >> coarse) + coarse * per_power);
  }

  /// Largest value in `bucket`.
  [[nodiscard]] static std::uint64_t upper_end(std::size_t bucket) noexcept {
    if (bucket < exact)
      return bucket;
    const auto coarse = (bucket - per_power) / per_power;
    const auto leading = bucket - coarse * per_power;
    return (static_cast<std::uint64_t>(leading) << coarse) + ((1ull << coarse) - 1);
  }

  /// The value that `per_mille` of 1000 samples do not exceed (nearest rank), at most `largest`; 0 without samples.
  /// `counts`: by bucket, `count` in all. Pre: 1 <= per_mille <= 1000.
  [[nodiscard]] static std::uint64_t quantile(std::span<const std::uint64_t> counts, std::uint64_t count,
                                              std::uint64_t largest, std::uint64_t per_mille) noexcept {
    const auto rank = count / 1000 * per_mille + (count % 1000 * per_mille + 999) / 1000; // rounded up
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
      seen += counts[bucket];
      if (seen >= rank && seen > 0)
        return std::min(upper_end(bucket), largest);
    }
    return 0;
  }
};

} // namespace hearth::stats
