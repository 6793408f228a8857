#pragma once

#include "storage/orders.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace hearth::storage {

/// Input of a reclaim policy: one segment that may be reclaimed.
struct segment_summary {
  std::uint64_t generation = 0;      ///< a lower generation is older
  std::uint64_t bytes = 0;           ///< length of its file
  std::uint64_t live_bytes = 0;      ///< of the records that are present
  double worth = 0;                  ///< record bytes, weighted by recency of use: see `segment_table`
  std::uint64_t unclaimed_bytes = 0; ///< part of `live_bytes` in unclaimed namespaces (`namespace_table`)
};

/// Reclaim policy: chooses the segment of the cold tier that is reclaimed next. Segments with at least three quarters
/// of their live bytes in unclaimed namespaces go first; among them, the segment with the fewest claimed bytes. If
/// several segments have equally few, or if there is no such segment, the derived policy chooses. Threads: one at a
/// time. Errors: none.
class reclaim_policy {
public:
  virtual ~reclaim_policy() = default;

  /// Returns the index of the victim in `candidates`. Pre: `candidates` is not empty.
  [[nodiscard]] std::size_t victim(std::span<const segment_summary> candidates) const;

private:
  [[nodiscard]] virtual std::size_t choose(std::span<const segment_summary> candidates) const = 0;
};

[[nodiscard]] std::unique_ptr<reclaim_policy> make_reclaim_policy(reclaim_order order);

} // namespace hearth::storage
