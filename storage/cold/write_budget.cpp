#include "storage/cold/write_budget.hpp"

#include <algorithm>

namespace hearth::storage {

namespace {

constexpr double burst_seconds = 10;
constexpr double day_seconds = 86'400;
constexpr double kept_share = 0.25; ///< reserved for blocks that were requested

} // namespace

write_budget::bucket::bucket(double capacity, double per_second)
    : capacity(capacity), per_ns(per_second / 1e9), level(capacity) {}

void write_budget::bucket::fill(double ns) { level = std::min(capacity, level + ns * per_ns); }

bool write_budget::bucket::allows(double bytes, double kept) const {
  return capacity == 0 || level >= std::min(bytes + kept * capacity, capacity);
}

write_budget::write_budget(const write_budget_config& config, std::int64_t now_ns)
    : rate_(config.bytes_per_second == 0 ? 0
            : config.burst_bytes == 0    ? burst_seconds * static_cast<double>(config.bytes_per_second)
                                         : static_cast<double>(config.burst_bytes),
            static_cast<double>(config.bytes_per_second)),
      day_(static_cast<double>(config.bytes_per_day), static_cast<double>(config.bytes_per_day) / day_seconds),
      filled_ns_(now_ns) {}

bool write_budget::allows(std::uint64_t bytes, write_worth worth, std::int64_t now_ns) {
  const auto passed = static_cast<double>(std::max<std::int64_t>(0, now_ns - filled_ns_));
  filled_ns_ = std::max(filled_ns_, now_ns);
  rate_.fill(passed);
  day_.fill(passed);
  const auto kept = worth == write_worth::asked ? 0 : kept_share;
  return rate_.allows(static_cast<double>(bytes), kept) && day_.allows(static_cast<double>(bytes), kept);
}

void write_budget::take(std::uint64_t bytes) {
  rate_.level -= static_cast<double>(bytes);
  day_.level -= static_cast<double>(bytes);
}

} // namespace hearth::storage
