#pragma once

#include <cstdint>
#include <optional>

namespace hearth::messages {

/// The largest limit that a tier may have, bytes.
inline constexpr std::uint64_t tier_bytes_limit = 1ull << 50;

/// Limits of the tiers of a running cache, bytes; what is not given stays as it is.
struct tier_limits {
  std::optional<std::uint64_t> hot_bytes_max{};  ///< payload; 0: cold tier only
  std::optional<std::uint64_t> cold_bytes_max{}; ///< on disk, headers too
};

} // namespace hearth::messages
