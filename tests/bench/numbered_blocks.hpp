#pragma once

#include "storage/blocks/block.hpp"
#include "storage/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// Blocks of every workload. A block has a number, which is in its key and in its bytes: the limit peers need no index,
// and each block read can be identified.
namespace hearth::bench {

/// Converts between a block number and a key that looks like a hash.
[[nodiscard]] storage::block_key numbered_key(std::uint64_t number) noexcept;
[[nodiscard]] std::uint64_t number_of(const storage::block_key& key) noexcept;

/// Where a block carries its number: at both ends (for measurements in nanoseconds), or also in every page of 4 KiB.
enum class stamps : std::uint8_t { ends, pages };

/// Creates block `number` in a new buffer, with or without a parent. Errors: no_memory.
[[nodiscard]] storage::result<storage::block> make_block(std::uint64_t number, std::uint64_t bytes, stamps where,
                                                         std::optional<std::uint64_t> parent);

/// Reads the number at the start of a block. Pre: at least 8 bytes.
[[nodiscard]] std::uint64_t stamp_of(std::span<const std::byte> block) noexcept;

/// Whether `block` has `bytes` bytes and carries `number` at both ends, or in every page, as `where` says.
[[nodiscard]] bool has_ends(std::span<const std::byte> block, std::uint64_t number) noexcept;
[[nodiscard]] bool is_block(std::span<const std::byte> block, std::uint64_t number, std::uint64_t bytes,
                            stamps where) noexcept;

} // namespace hearth::bench
