#include "stats/latencies.hpp"

#include <algorithm>
#include <bit>

namespace hearth::stats {

std::string_view to_string(operation what) noexcept {
  switch (what) {
  case operation::put: return "put";
  case operation::get_hot: return "get_hot";
  case operation::get_cold: return "get_cold";
  case operation::queue_wait: return "queue_wait";
  case operation::device_write: return "device_write";
  case operation::device_read: return "device_read";
  }
  return "?";
}

std::size_t latencies::bucket_of(std::uint64_t ns) noexcept {
  const auto width = static_cast<unsigned>(std::bit_width(ns));
  const auto coarse = width > exact_bits ? width - exact_bits : 0;
  return static_cast<std::size_t>((ns >> coarse) + coarse * per_power);
}

/// Largest value in `bucket`.
std::uint64_t latencies::upper_end(std::size_t bucket) noexcept {
  if (bucket < 2 * per_power)
    return bucket;
  const auto coarse = (bucket - per_power) / per_power;
  const auto leading = static_cast<std::uint64_t>(bucket - coarse * per_power);
  return (leading << coarse) + ((1ull << coarse) - 1);
}

void latencies::add(operation what, std::uint64_t ns) noexcept {
  auto& one = all_[static_cast<std::size_t>(what)];
  one.counts[bucket_of(ns)].fetch_add(1, std::memory_order_relaxed);
  one.sum_ns.fetch_add(ns, std::memory_order_relaxed);
  auto largest = one.max_ns.load(std::memory_order_relaxed);
  while (ns > largest && !one.max_ns.compare_exchange_weak(largest, ns, std::memory_order_relaxed)) {
  }
}

latency latencies::read(operation what) const noexcept {
  const auto& one = all_[static_cast<std::size_t>(what)];
  std::array<std::uint64_t, buckets> counts{};
  latency found;
  for (std::size_t i = 0; i < buckets; ++i) {
    counts[i] = one.counts[i].load(std::memory_order_relaxed);
    found.count += counts[i];
    std::size_t coarse = 0;
    while (coarse < latency_bounds && upper_end(i) > latency_bound_ns(coarse))
      ++coarse;
    found.coarse[coarse] += counts[i];
  }
  found.sum_ns = one.sum_ns.load(std::memory_order_relaxed);
  found.max_ns = one.max_ns.load(std::memory_order_relaxed);
  const auto quantile = [&](std::uint64_t per_mille) -> std::uint64_t {
    const auto rank = found.count / 1000 * per_mille + (found.count % 1000 * per_mille + 999) / 1000; // rounded up
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets && rank > 0; ++i)
      if ((seen += counts[i]) >= rank)
        return std::min(upper_end(i), found.max_ns);
    return 0;
  };
  found.p50_ns = quantile(500);
  found.p90_ns = quantile(900);
  found.p99_ns = quantile(990);
  found.p999_ns = quantile(999);
  return found;
}

void latencies::reset() noexcept {
  for (auto& one : all_) {
    for (auto& count : one.counts)
      count.store(0, std::memory_order_relaxed);
    one.sum_ns.store(0, std::memory_order_relaxed);
    one.max_ns.store(0, std::memory_order_relaxed);
  }
}

} // namespace hearth::stats
