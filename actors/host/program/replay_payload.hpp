#pragma once

#include "storage/blocks/block_key.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace hearth {

/// The key of block `id` of a workload when blocks have `block_bytes` bytes. Blocks of another size have other keys, so
/// that a directory may be replayed into again with another size. Threads: any.
[[nodiscard]] storage::block_key replay_key(std::uint64_t id, std::uint64_t block_bytes);

/// Fills `payload` with bytes derived from `key` alone: every eight bytes mix the key with their position, so a block
/// of another key, or one that is shifted, torn or cut, differs in nearly every word. Runs at memory speed.
void fill_payload(const storage::block_key& key, std::span<std::byte> payload) noexcept;

/// Whether `payload` holds exactly the bytes that `fill_payload` writes for its length.
[[nodiscard]] bool is_payload(const storage::block_key& key, std::span<const std::byte> payload) noexcept;

/// As `is_payload`, but compares the first and the last eight bytes only.
[[nodiscard]] bool has_payload_ends(const storage::block_key& key, std::span<const std::byte> payload) noexcept;

} // namespace hearth
