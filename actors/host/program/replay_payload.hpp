#pragma once

#include "storage/blocks/block_key.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace hearth {

/// The key of block `id` of a workload when blocks have `block_bytes` bytes. Blocks of another size have other keys, so
/// that a directory may be replayed into again with another size. Threads: any.
[[nodiscard]] storage::block_key replay_key(std::uint64_t id, std::uint64_t block_bytes);

/// Fills `payload` with bytes that follow from `key` alone: every eight of them mix the key with their position, so a
/// block of another key, or one that is shifted, torn or cut, differs in nearly every word. Runs at memory speed.
void fill_payload(const storage::block_key& key, std::span<std::byte> payload) noexcept;

/// Whether `payload` is exactly what `fill_payload` makes of as many bytes.
[[nodiscard]] bool is_payload(const storage::block_key& key, std::span<const std::byte> payload) noexcept;

/// As `is_payload`, looking at the first and the last eight bytes only.
[[nodiscard]] bool has_payload_ends(const storage::block_key& key, std::span<const std::byte> payload) noexcept;

} // namespace hearth
