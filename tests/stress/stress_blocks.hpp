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

/// Blocks form chains; all of a chain are in one namespace. Threads: any, of all that follows.
[[nodiscard]] const storage::block_key& key_of(history::number block);
[[nodiscard]] std::optional<storage::block_key> parent_of(history::number block);
[[nodiscard]] constexpr std::size_t name_space_of(history::number block) {
  return block / chain_length % name_spaces.size();
}

/// 1 byte to `block_bytes_most`. Nearly all versions of a block have one length, so that puts meet what is there; a few
/// have another, and conflict with it.
[[nodiscard]] std::size_t bytes_of(history::number block, history::version which);

/// Block and version in front, if there is room, and bytes that follow from both: so a block says what it claims to be,
/// and whether it is.
[[nodiscard]] storage::buffer payload_of(history::number block, history::version which);

/// Whether `bytes` are exactly those of this version.
[[nodiscard]] bool is_payload(std::span<const std::byte> bytes, history::number block, history::version which);

/// The version that the bytes claim to be; nothing if they are too few to tell.
[[nodiscard]] std::optional<history::version> claimed_version(std::span<const std::byte> bytes);

} // namespace hearth::stress
