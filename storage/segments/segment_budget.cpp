#include "storage/segments/segment_budget.hpp"

#include <string>

namespace hearth::storage {

segment_budget::segment_budget(const segments_store_config& config)
    : config_(config), fixed_(segments_fixed_bytes(config)), bytes_max_(config.bytes_max), used_(fixed_) {}

void segment_budget::take(const segment_shape& shape) noexcept { used_ += shape.charge(); }

void segment_budget::give_back(const segment_shape& shape) noexcept { used_ -= shape.charge(); }

result<void> segment_budget::may_change(std::uint64_t bytes_max) const {
  const auto segment = segment_charge(config_, 1); // shaped by the limit at open: with less, no block would ever fit
  const auto least = fixed_ + segment;
  if (bytes_max < least)
    return {errc::invalid_argument, "found " + std::to_string(bytes_max) + ", expected " + std::to_string(least) +
                                        " or more: one segment takes " + std::to_string(segment)};
  return {};
}

bool segment_budget::disk_has(std::uint64_t free_bytes) noexcept {
  const auto floor = config_.free_bytes_min;
  if (floor == 0)
    return false;
  free_limit_ = free_bytes >= floor ? used_ + (free_bytes - floor)
                                    : std::max(fixed_, used_ - std::min(used_, floor - free_bytes));
  return true;
}

result<void> segment_budget::check(std::uint64_t payload_bytes) const {
  if (segment_charge(config_, payload_bytes) <= bytes_max_ - fixed_)
    return {};
  return {errc::too_large, "a block of " + std::to_string(payload_bytes) +
                               " bytes never fits into bytes_max = " + std::to_string(bytes_max_)};
}

} // namespace hearth::storage
