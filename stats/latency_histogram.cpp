#include "stats/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace hearth::stats {

namespace {

constexpr unsigned exact_bits = 8; // values below 256 have a bucket each
constexpr std::uint64_t exact = 1ull << exact_bits;
constexpr std::uint64_t per_power = exact / 2; // above: 128 buckets for each power of two
constexpr std::size_t bucket_count = exact + (64 - exact_bits) * per_power;

/// Number of low bits of `ns` that its bucket ignores.
unsigned coarse_bits(std::uint64_t ns) noexcept {
  return ns < exact ? 0 : static_cast<unsigned>(std::bit_width(ns)) - exact_bits;
}

std::size_t bucket_of(std::uint64_t ns) noexcept {
  const auto coarse = coarse_bits(ns);
  return static_cast<std::size_t>((ns >> coarse) + coarse * per_power);
}

/// Largest value in `bucket`.
std::uint64_t upper_end(std::size_t bucket) noexcept {
  if (bucket < exact)
    return bucket;
  const auto coarse = (bucket - per_power) / per_power;
  const auto leading = bucket - coarse * per_power;
  return (static_cast<std::uint64_t>(leading) << coarse) + ((1ull << coarse) - 1);
}

} // namespace

latency_histogram::latency_histogram() : buckets_(bucket_count) {}

void latency_histogram::add(std::uint64_t ns) noexcept {
  buckets_[bucket_of(ns)] += 1;
  count_ += 1;
  largest_ = std::max(largest_, ns);
}

std::uint64_t latency_histogram::quantile(std::uint64_t per_mille) const noexcept {
  assert(per_mille >= 1 && per_mille <= 1000);
  const auto rank = count_ / 1000 * per_mille + (count_ % 1000 * per_mille + 999) / 1000; // rounded up
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= rank && seen > 0)
      return std::min(upper_end(bucket), largest_);
  }
  return 0;
}

} // namespace hearth::stats
