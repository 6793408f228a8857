#pragma once

#include "stats/figures.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::stats {

/// History of the whole cache in equal steps, oldest first.
struct history {
  std::int64_t step_ms = 0;
  std::vector<std::int64_t> end_ms;  ///< end of each step, ms since the epoch
  std::vector<figure_values> values; ///< per step: growth of each counter in the step, level at its end
};

/// Writes a history as JSON: `time_ms` has the end of each step; `counters` and `levels` have a list as long for each
/// figure that was ever above 0. actors/host/admin/API.md has an example. No newline at the end.
[[nodiscard]] std::string to_json(const history& item);

} // namespace hearth::stats
