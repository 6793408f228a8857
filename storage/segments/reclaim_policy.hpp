#pragma once

#include "storage/orders.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace hearth::storage {

/// What a reclaim policy is told of a segment that may be reclaimed.
struct segment_summary {
  std::uint64_t generation = 0;      ///< the lower, the earlier it was begun
  std::uint64_t bytes = 0;           ///< length of its file
  std::uint64_t live_bytes = 0;      ///< of the records in it that are present
  double worth = 0;                  ///< comparable between segments: see `segment_table`
  std::uint64_t unclaimed_bytes = 0; ///< of `live_bytes`, those of namespaces that nobody has named
};

/// Chooses which segment of a cold tier is reclaimed next. What is of no use to anybody goes before all else: a segment
/// at least three quarters of whose live bytes are unclaimed, the one with the fewest claimed bytes first. The rest,
/// and which of several such, is the policy's. Threads: one at a time. Errors: none.
class reclaim_policy {
public:
  virtual ~reclaim_policy() = default;

  /// Index of the victim. Pre: there is a candidate.
  [[nodiscard]] std::size_t victim(std::span<const segment_summary> candidates) const;

private:
  [[nodiscard]] virtual std::size_t choose(std::span<const segment_summary> candidates) const = 0;
};

[[nodiscard]] std::unique_ptr<reclaim_policy> make_reclaim_policy(reclaim_order order);

} // namespace hearth::storage
