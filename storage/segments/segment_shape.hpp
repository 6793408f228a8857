#pragma once

#include <cstdint>

namespace hearth::storage {

/// Length of a segment file, and its maximum number of records.
struct segment_shape {
  std::uint64_t bytes = 0;
  std::uint32_t records_max = 1;

  /// Its charge to the budget, in bytes: the file and the largest index it can have. Saturates at the largest number.
  [[nodiscard]] std::uint64_t charge() const noexcept;
};

} // namespace hearth::storage
