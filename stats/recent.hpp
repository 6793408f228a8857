#pragma once

#include "stats/figures.hpp"
#include "stats/ledger.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hearth::stats {

/// Window: how much each counter grew in the time before a snapshot. A rate is `grown / ms`.
struct window {
  std::uint64_t ms = 0;  ///< length; shorter than the name of the window says while the cache is young
  figure_values grown{}; ///< by figure; 0 for levels

  friend bool operator==(const window&, const window&) = default;
};

inline constexpr std::size_t windows = 3;
inline constexpr std::array<std::string_view, windows> window_names{"1m", "5m", "15m"};
inline constexpr std::array<std::int64_t, windows> window_seconds{60, 300, 900};

/// Recent events of one namespace, or of the whole cache. A reset of the counters does not change them.
struct recent_events {
  std::array<window, windows> grown;
  /// When a block was last dropped or failed for each reason, ms since the epoch; 0: never since the cache was opened.
  std::array<std::int64_t, drop_reasons> last_dropped_ms{};
  std::array<std::int64_t, fail_reasons> last_failed_ms{};

  friend bool operator==(const recent_events&, const recent_events&) = default;
};

} // namespace hearth::stats
