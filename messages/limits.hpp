#pragma once

#include <cstdint>
#include <optional>

namespace hearth::messages {

/// A tier of a cache.
enum class tier : std::uint8_t {
  hot,  ///< memory
  cold, ///< SSD, with the blocks on their way to it
};

/// Largest limit of a tier, bytes.
inline constexpr std::uint64_t tier_bytes_limit = 1ull << 50;

/// New limits for the tiers of a running cache, bytes. A limit that is not set stays unchanged.
struct tier_limits {
  std::optional<std::uint64_t> hot_bytes_max{};  ///< payload bytes; 0: no hot tier
  std::optional<std::uint64_t> cold_bytes_max{}; ///< bytes on disk, headers and indexes included
};

} // namespace hearth::messages
