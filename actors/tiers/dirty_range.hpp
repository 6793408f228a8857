#pragma once

#include <cstdint>

namespace hearth::actors {

/// Dirty blocks still to be offered: those with `after` < dirty_number <= `last`.
struct dirty_range {
  std::uint64_t after = 0;
  std::uint64_t last = 0;

  [[nodiscard]] bool empty() const noexcept { return after >= last; }
};

} // namespace hearth::actors
