#pragma once

#include "storage/blocks/block.hpp"
#include "storage/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

// The blocks of every workload: numbered, with the number in the key and in the bytes, so that the limits need no index
// and every block tells which one it is.
namespace hearth::bench {

/// A key that looks like a hash, and the number in it.
[[nodiscard]] storage::block_key numbered_key(std::uint64_t number) noexcept;
[[nodiscard]] std::uint64_t number_of(const storage::block_key& key) noexcept;

/// Where a block bears its number: at both ends, for what is measured in nanoseconds, or in every page of 4 KiB too.
enum class stamps : std::uint8_t { ends, pages };

/// Block `number` in a fresh buffer, with a parent or without. Errors: no_memory.
[[nodiscard]] storage::result<storage::block> make_block(std::uint64_t number, std::uint64_t bytes, stamps where,
                                                         std::optional<std::uint64_t> parent);

/// The number at the start of a block. Pre: 8 bytes and more.
[[nodiscard]] std::uint64_t stamp_of(std::span<const std::byte> block) noexcept;

/// Whether both ends of `block` bear `number`; or all of it, as `where` says, in `bytes` bytes.
[[nodiscard]] bool has_ends(std::span<const std::byte> block, std::uint64_t number) noexcept;
[[nodiscard]] bool is_block(std::span<const std::byte> block, std::uint64_t number, std::uint64_t bytes,
                            stamps where) noexcept;

} // namespace hearth::bench
