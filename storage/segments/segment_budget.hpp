#pragma once

#include "storage/segments/segments_store.hpp"

#include <algorithm>
#include <cstdint>

namespace hearth::storage {

/// The byte budget of a segments store: the limit, and the bytes in use or set aside. `used()` is the fixed part plus
/// the file and the largest index of every segment. A segment counts whole from the decision to create it until its
/// files have been removed. Invariant: `used() <= limit()`, except after a limit was lowered, until enough segments
/// have been removed. Threads: one at a time. Errors: none, unless a function says so.
class segment_budget {
public:
  /// Starts with the fixed part in use. `config` must outlive the budget.
  explicit segment_budget(const segments_store_config& config);

  [[nodiscard]] std::uint64_t used() const noexcept { return used_; }
  [[nodiscard]] std::uint64_t bytes_max() const noexcept { return bytes_max_; }

  /// Upper limit of `used()` now: `bytes_max()`, or less while the file system is short of free space.
  [[nodiscard]] std::uint64_t limit() const noexcept { return std::min(bytes_max_, free_limit_); }
  [[nodiscard]] bool exceeded() const noexcept { return used_ > limit(); }
  [[nodiscard]] bool disk_is_short() const noexcept { return free_limit_ < bytes_max_; }
  [[nodiscard]] bool has_room(const segment_shape& shape) const noexcept { return used_ + shape.charge() <= limit(); }

  /// Charges a segment of this shape: it is about to be created, or was found at open.
  void take(const segment_shape& shape) noexcept;

  /// Returns the charge of a segment of this shape: its files have been removed. Pre: it was taken.
  void give_back(const segment_shape& shape) noexcept;

  /// Checks whether `bytes_max` may be changed to this. Threads: any. Errors: invalid_argument (fewer bytes than the
  /// fixed part and one segment take).
  [[nodiscard]] result<void> may_change(std::uint64_t bytes_max) const;

  /// Changes `bytes_max`. Pre: `may_change(bytes_max)` succeeded.
  void change(std::uint64_t bytes_max) noexcept { bytes_max_ = bytes_max; }

  /// Notes that the file system has `free_bytes` left, and updates `limit()`: the store may use the bytes above
  /// `free_bytes_min`, and has to return the bytes missing below it. Returns false if there is no such minimum.
  bool disk_has(std::uint64_t free_bytes) noexcept;

  /// Checks whether a block of this payload fits after everything else has been reclaimed. Errors: too_large.
  [[nodiscard]] result<void> check(std::uint64_t payload_bytes) const;

private:
  const segments_store_config& config_;
  const std::uint64_t fixed_;
  std::uint64_t bytes_max_;
  std::uint64_t free_limit_ = ~std::uint64_t{0}; ///< limit that keeps `free_bytes_min`, as of the last `disk_has`
  std::uint64_t used_;
};

} // namespace hearth::storage
