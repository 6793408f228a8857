#pragma once

#include <cstdint>

namespace hearth::actors {

/// Dirty blocks that are still to be offered: those with a dirty_number behind `after`, up to `last`.
struct dirty_range {
  std::uint64_t after = 0;
  std::uint64_t last = 0;

  [[nodiscard]] bool empty() const noexcept { return after >= last; }
};

} // namespace hearth::actors
