#pragma once

#include <cstdint>

namespace hearth::storage {

/// How long the file of a segment is, and how many records it has room for.
struct segment_shape {
  std::uint64_t bytes = 0;
  std::uint32_t records_max = 1;

  /// What it takes of the budget: the file, and the largest index it can have. Does not overflow: too much stays at the
  /// largest number.
  [[nodiscard]] std::uint64_t charge() const noexcept;
};

} // namespace hearth::storage
