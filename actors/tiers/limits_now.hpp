#pragma once

#include "messages/limits.hpp"
#include "storage/errors.hpp"
#include "storage/memory/buffer_pool.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace hearth::actors {

/// The limits that may change while a cache runs, as they are now, for all who need them: `tiers` changes them, stats,
/// preflight and whoever succeeds an actor read them here. Threads: any.
struct limits_now {
  std::atomic<std::uint64_t> hot_bytes_max{0};
  std::atomic<std::uint64_t> cold_bytes_max{0}; ///< as set; 0: automatic, or no cold tier
  std::atomic<bool> cold_attached{true};        ///< false: its directory is gone, and what went with it is counted
  std::uint64_t lease_bytes_set = 0;            ///< 0: follows the hot tier
  std::uint64_t queue_bytes = 0;                ///< of the writer; 0: no cold tier
  storage::pool_budget memory;                  ///< `memory_bytes_max()` of it; its owner is who changes hot_bytes_max

  /// Most that one get_prefix hands out.
  [[nodiscard]] std::uint64_t lease_bytes_max() const noexcept {
    return lease_bytes_set != 0 ? lease_bytes_set : std::max<std::uint64_t>(hot_bytes_max / 2, 64ull << 20);
  }

  /// What this cache's buffers may take: hot, pending, and handed out or being read.
  [[nodiscard]] std::uint64_t memory_bytes_max() const noexcept {
    return hot_bytes_max + queue_bytes + lease_bytes_max();
  }

  /// Whether these may follow. Errors: invalid_argument, io, naming the field, what was found and what is expected.
  [[nodiscard]] storage::result<void> check(const messages::tier_limits& wanted, bool cold_tier) const;
};

} // namespace hearth::actors
