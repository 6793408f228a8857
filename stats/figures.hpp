#pragma once

#include "stats/counters.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::stats {

/// Kind of a figure: a counter only grows, a level goes up and down.
enum class figure_kind : std::uint8_t { counter, level };

/// Figure: one number of a snapshot. `name` is its path in the JSON, for example "ledger.dropped.evict_full.blocks".
struct figure {
  std::string name;
  figure_kind kind = figure_kind::counter;
};

inline constexpr std::size_t figure_count = 62;
using figure_values = std::array<std::uint64_t, figure_count>;

/// All figures, in a fixed order: every number of a part's JSON that is counted, not derived. Threads: any.
[[nodiscard]] const std::vector<figure>& figures();

/// Position of the figure with this name in `figures`. Pre: there is one.
[[nodiscard]] std::size_t figure_index(std::string_view name);

/// The figures' values in `counted` and `levels`, in the order of `figures`.
[[nodiscard]] figure_values values_of(const counters& counted, const gauges& levels) noexcept;

/// By figure, the growth of the counters from `earlier` to `later`; 0 for levels and for a counter that is smaller now.
[[nodiscard]] figure_values growth(const figure_values& earlier, const figure_values& later);

} // namespace hearth::stats
