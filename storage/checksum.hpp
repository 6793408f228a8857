#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hearth::storage {

/// XXH3, 64 bits, seed 0 (github.com/Cyan4973/xxHash): finds damage, not forgery. Threads: any. Errors: none.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes) noexcept;

} // namespace hearth::storage
