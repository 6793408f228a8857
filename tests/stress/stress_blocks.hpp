#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/memory/buffer.hpp"
#include "tests/support/block_history.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace hearth::stress {

using history = testing::block_history;

inline constexpr history::number chain_length = 16;
inline constexpr history::number chains = 30;
inline constexpr history::number blocks_total = chains * chain_length;
inline constexpr std::array name_spaces{"default", "second", "third"};
inline constexpr std::size_t block_bytes_most = 400 << 10;

/// Blocks form chains; a chain is in one namespace. Threads: any, for all functions below.
[[nodiscard]] const storage::block_key& key_of(history::number block);
[[nodiscard]] std::optional<storage::block_key> parent_of(history::number block);
[[nodiscard]] constexpr std::size_t name_space_of(history::number block) {
  return block / chain_length % name_spaces.size();
}

/// Size of a version: 1 byte to `block_bytes_most`. Nearly all versions of a block have the same length, so most puts
/// refresh the present block; a few have another length and conflict with it.
[[nodiscard]] std::size_t bytes_of(history::number block, history::version which);

/// Payload: block and version in front, if there is room, then bytes computed from both. So a payload tells which block
/// it claims to be, and can be verified.
[[nodiscard]] storage::buffer payload_of(history::number block, history::version which);

/// Whether `bytes` are exactly those of this version.
[[nodiscard]] bool is_payload(std::span<const std::byte> bytes, history::number block, history::version which);

/// The version that the bytes claim; nothing if they are too short to tell.
[[nodiscard]] std::optional<history::version> claimed_version(std::span<const std::byte> bytes);

} // namespace hearth::stress
