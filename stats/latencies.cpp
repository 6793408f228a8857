#include "stats/latencies.hpp"

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

void latencies::add(operation what, std::uint64_t ns) noexcept {
  auto& one = all_[static_cast<std::size_t>(what)];
  one.counts[scale::bucket_of(ns)].fetch_add(1, std::memory_order_relaxed);
  one.sum_ns.fetch_add(ns, std::memory_order_relaxed);
  auto largest = one.max_ns.load(std::memory_order_relaxed);
  while (ns > largest && !one.max_ns.compare_exchange_weak(largest, ns, std::memory_order_relaxed)) {
  }
}

latency latencies::read(operation what) const noexcept {
  const auto& one = all_[static_cast<std::size_t>(what)];
  std::array<std::uint64_t, scale::buckets> counts{};
  latency found;
  for (std::size_t i = 0; i < scale::buckets; ++i) {
    counts[i] = one.counts[i].load(std::memory_order_relaxed);
    found.count += counts[i];
    std::size_t coarse = 0;
    while (coarse < latency_bounds && scale::upper_end(i) > latency_bound_ns(coarse))
      ++coarse;
    found.coarse[coarse] += counts[i];
  }
  found.sum_ns = one.sum_ns.load(std::memory_order_relaxed);
  found.max_ns = one.max_ns.load(std::memory_order_relaxed);
  const auto quantile = [&](std::uint64_t per_mille) {
    return scale::quantile(counts, found.count, found.max_ns, per_mille);
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
