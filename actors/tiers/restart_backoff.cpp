#include "actors/tiers/restart_backoff.hpp"

#include <algorithm>

namespace hearth::actors {

std::chrono::nanoseconds backoff_limits::after(std::size_t failures) const noexcept {
  constexpr std::size_t doublings_max = 10;
  return std::min(first * (1 << std::min(failures, doublings_max)), most);
}

std::chrono::nanoseconds restart_backoff::died(time_point now) noexcept {
  if (now - last_death_ > 2 * limits_.most)
    deaths_in_a_row_ = 0;
  last_death_ = now;
  return limits_.after(deaths_in_a_row_++);
}

} // namespace hearth::actors
