#pragma once

#include "storage/segments/segments_store.hpp"

#include <algorithm>
#include <cstdint>

namespace hearth::storage {

/// The byte budget of a segments store: what the store may have on disk, and what it has there or has set aside.
/// `used()` is the fixed part plus the file and the index of every segment. A segment counts whole from the moment its
/// making is decided until its files have been removed.
/// Invariant: `used() <= limit()`, except after a limit was lowered and until enough segments have been removed.
/// Threads: one at a time. Errors: none, unless a function says so.
class segment_budget {
public:
  /// Starts with the fixed part used. `config` must outlive the budget.
  explicit segment_budget(const segments_store_config& config);

  [[nodiscard]] std::uint64_t used() const noexcept { return used_; }
  [[nodiscard]] std::uint64_t bytes_max() const noexcept { return bytes_max_; }

  /// Bytes that `used()` may reach now: `bytes_max()`, or less while the file system is short of free space.
  [[nodiscard]] std::uint64_t limit() const noexcept { return std::min(bytes_max_, free_limit_); }
  [[nodiscard]] bool exceeded() const noexcept { return used_ > limit(); }
  [[nodiscard]] bool disk_is_short() const noexcept { return free_limit_ < bytes_max_; }
  [[nodiscard]] bool has_room(const segment_shape& shape) const noexcept { return used_ + shape.charge() <= limit(); }

  /// A segment of this shape is about to be made, or was found at open.
  void take(const segment_shape& shape) noexcept;

  /// The files of a segment of this shape have been removed. Pre: it was taken.
  void give_back(const segment_shape& shape) noexcept;

  /// Whether `bytes_max` may be changed to this. Threads: any. Errors: invalid_argument (fewer bytes than the fixed
  /// part and one segment take).
  [[nodiscard]] result<void> may_change(std::uint64_t bytes_max) const;

  /// Sets another `bytes_max`. Pre: `may_change`.
  void change(std::uint64_t bytes_max) noexcept { bytes_max_ = bytes_max; }

  /// The file system has `free_bytes` left. With a floor of free space, what is above the floor may still be used, and
  /// what is missing below it has to be given back. Returns whether there is such a floor.
  bool disk_has(std::uint64_t free_bytes) noexcept;

  /// Whether a block of this payload fits once everything else has been reclaimed. Errors: too_large.
  [[nodiscard]] result<void> check(std::uint64_t payload_bytes) const;

private:
  const segments_store_config& config_;
  const std::uint64_t fixed_;
  std::uint64_t bytes_max_;
  std::uint64_t free_limit_ = ~std::uint64_t{0}; ///< keeps the floor of free space, as of the last look at the disk
  std::uint64_t used_;
};

} // namespace hearth::storage
