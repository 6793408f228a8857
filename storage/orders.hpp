#pragma once

#include "storage/errors.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>

// What a host chooses or hears of a tier, without the inside of the policies and stores that do it.
namespace hearth::storage {

/// Eviction policy of the hot tier: which hot block leaves first.
enum class eviction_order : std::uint8_t {
  lru,          ///< the least recently used block
  s3_fifo,      ///< S3-FIFO: three FIFO queues, for scans (eviction/s3_fifo_policy.hpp)
  w_tinylfu,    ///< W-TinyLFU: recency and frequency (eviction/w_tinylfu_policy.hpp)
  conversation, ///< learns which chains come back (eviction/conversation_policy.hpp)
};
inline constexpr std::array eviction_orders{eviction_order::lru, eviction_order::s3_fifo, eviction_order::w_tinylfu,
                                            eviction_order::conversation};

/// Reclaim policy of the cold tier: which segment is reclaimed first.
enum class reclaim_order : std::uint8_t {
  fifo,         ///< the segment that was begun first; an empty segment before it
  least_useful, ///< the segment worth least for each byte of its file
};
inline constexpr std::array reclaim_orders{reclaim_order::fifo, reclaim_order::least_useful};

/// Progress callback of opening a store: `done` of `total` segments (or files) were looked at. Called on the opening
/// thread, first with `done` 0 and last with `done == total`; `done` only grows. It must not throw.
using opening_progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// The name of a policy, as programs read and print it: "lru", "s3-fifo", "w-tinylfu", "conversation"; "fifo",
/// "least_useful".
[[nodiscard]] std::string_view to_string(eviction_order order) noexcept;
[[nodiscard]] std::string_view to_string(reclaim_order order) noexcept;

/// The policy of that name. Errors: invalid_argument, with the name that was found and all names that are expected.
[[nodiscard]] result<eviction_order> eviction_order_from_string(std::string_view name);
[[nodiscard]] result<reclaim_order> reclaim_order_from_string(std::string_view name);

} // namespace hearth::storage
