#pragma once

#include "messages/limits.hpp"
#include "storage/errors.hpp"
#include "storage/memory/buffer_pool.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace hearth::actors {

/// Current limits of a running cache. `tiers` changes them; stats, preflight and restarted actors read them here.
/// Threads: any.
struct limits_now {
  std::atomic<std::uint64_t> hot_bytes_max{0};
  std::atomic<std::uint64_t> cold_bytes_max{0}; ///< as set; 0: automatic, or no cold tier
  std::atomic<bool> cold_attached{true};        ///< false: the directory is gone, and its blocks are counted as gone
  std::uint64_t lease_bytes_set = 0;            ///< 0: follows the hot tier
  std::uint64_t queue_bytes = 0;                ///< limit of the writer's mailbox; 0: no cold tier
  std::uint64_t queue_blocks = 0;               ///< likewise
  /// Budget of `memory_bytes_max()` bytes in the buffer pool. Owner: the thread that changes hot_bytes_max.
  storage::pool_budget memory;

  /// Largest answer of one get_prefix, bytes.
  [[nodiscard]] std::uint64_t lease_bytes_max() const noexcept {
    return lease_bytes_set != 0 ? lease_bytes_set : std::max<std::uint64_t>(hot_bytes_max / 2, 64ull << 20);
  }

  /// Most memory for this cache's buffers, bytes: hot, pending, and handed out or being read.
  [[nodiscard]] std::uint64_t memory_bytes_max() const noexcept {
    return hot_bytes_max + queue_bytes + lease_bytes_max();
  }

  /// Checks whether the limits may change to `wanted`. Errors: invalid_argument, io; the text names the field, what was
  /// found and what is expected.
  [[nodiscard]] storage::result<void> check(const messages::tier_limits& wanted, bool cold_tier) const;
};

} // namespace hearth::actors
