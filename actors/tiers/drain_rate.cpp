#include "actors/tiers/drain_rate.hpp"

#include <algorithm>

namespace hearth::actors {

namespace {

constexpr double memory_seconds = 1;
constexpr double rate_max = 1e15; ///< faster than any disk; prevents overflow

double seconds_between(std::int64_t from, std::int64_t to) { return static_cast<double>(to - from) / 1e9; }

} // namespace

void drain_rate::drained(std::uint64_t bytes, std::int64_t now) noexcept {
  const auto passed = seconds_between(last_, now);
  const auto kept = memory_seconds / (memory_seconds + passed);
  bytes_ = bytes_ * kept + static_cast<double>(bytes);
  seconds_ = seconds_ * kept + passed;
  last_ = now;
}

std::optional<std::uint64_t> drain_rate::bytes_per_second(std::int64_t now, bool idle) const noexcept {
  if (bytes_ <= 0 || seconds_ <= 0)
    return std::nullopt;
  const auto stalled = idle ? 0 : seconds_between(last_, now);
  const auto rate = bytes_ / seconds_ * memory_seconds / (memory_seconds + stalled);
  return static_cast<std::uint64_t>(std::min(rate, rate_max));
}

} // namespace hearth::actors
