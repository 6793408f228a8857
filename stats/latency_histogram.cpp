#include "stats/latency_histogram.hpp"

#include "stats/log_linear.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::stats {

namespace {

using fine_buckets = log_linear<8>;

} // namespace

latency_histogram::latency_histogram() : buckets_(fine_buckets::buckets) {}

void latency_histogram::add(std::uint64_t ns) noexcept {
  buckets_[fine_buckets::bucket_of(ns)] += 1;
  count_ += 1;
  largest_ = std::max(largest_, ns);
}

std::uint64_t latency_histogram::quantile(std::uint64_t per_mille) const noexcept {
  assert(per_mille >= 1 && per_mille <= 1000);
  return fine_buckets::quantile(buckets_, count_, largest_, per_mille);
}

} // namespace hearth::stats
