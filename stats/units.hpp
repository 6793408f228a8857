#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::stats {

/// Formats `bytes` for people, with at most one decimal, rounded half up: "17 B", "64 MiB", "1.5 GiB". Binary units up
/// to TiB.
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);

/// Parses a number of bytes: a whole number and, after at most one space, a unit. Units are written exactly so: B, KiB,
/// MiB, GiB, TiB (powers of 1024), KB, MB, GB (powers of 1000); no unit means bytes. Returns nothing for anything else:
/// signs, fractions, other units, more than 2^64-1 bytes.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept;

/// Parses a number of decimal digits only, at most 2^64-1.
[[nodiscard]] std::optional<std::uint64_t> parse_integer(std::string_view text) noexcept;

} // namespace hearth::stats
