#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/memory/buffer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hearth::crash {

// Number of keys. All directories use the same keys: few enough for a bit each in one word, and for frequent reuse of
// each.
inline constexpr std::uint32_t lanes = 4; ///< host threads; each has its own namespace and its own keys
inline constexpr std::uint32_t chains_per_lane = 4;
inline constexpr std::uint32_t chain_length = 4;
inline constexpr std::uint32_t keys_per_lane = chains_per_lane * chain_length;
inline constexpr std::uint32_t keys_total = lanes * keys_per_lane;
static_assert(keys_total <= 64);

/// Set of keys, one bit per key.
using key_bits = std::uint64_t;
[[nodiscard]] constexpr key_bits bit_of(std::uint32_t key) noexcept { return key_bits{1} << key; }
inline constexpr key_bits all_keys = keys_total == 64 ? ~key_bits{0} : bit_of(keys_total) - 1;

[[nodiscard]] constexpr std::uint32_t lane_of(std::uint32_t key) noexcept { return key / keys_per_lane; }

/// Parent of the block in its chain; nothing for the head of a chain.
[[nodiscard]] constexpr std::optional<std::uint32_t> parent_of(std::uint32_t key) noexcept {
  return key % chain_length == 0 ? std::nullopt : std::optional{key - 1};
}

[[nodiscard]] std::string name_of_lane(std::uint32_t lane);

/// All keys, by number.
[[nodiscard]] const std::vector<storage::block_key>& all_block_keys();

/// Block sizes of a directory.
enum class size_mix : std::uint8_t {
  equal,  ///< all 48 KiB, as the blocks of one model are
  varied, ///< 9 bytes to 64 KiB
  large,  ///< as varied; some are larger than half a segment or the whole hot tier
};
inline constexpr std::uint64_t payload_bytes_most = 384 << 10;

/// Payload of a block. It depends only on key and version, so any payload found can be verified.
struct block_version {
  std::uint32_t key = 0;
  std::uint64_t version = 0;
};
[[nodiscard]] std::uint64_t payload_bytes(size_mix mix, const block_version& of) noexcept;
[[nodiscard]] storage::buffer payload(size_mix mix, const block_version& of);

/// The version that a payload claims to have; wrong if the payload is damaged.
[[nodiscard]] std::uint64_t version_in(const storage::buffer& payload) noexcept;

/// Length and checksum: sent instead of the bytes.
struct digest {
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;

  friend bool operator==(const digest&, const digest&) = default;
};
[[nodiscard]] digest digest_of(const storage::buffer& payload) noexcept;

/// Source of all pseudo-random numbers of this program; the same for every standard library.
[[nodiscard]] std::uint64_t mix_bits(std::uint64_t number) noexcept;

/// Sequence of pseudo-random numbers from a seed.
class draws {
public:
  explicit draws(std::uint64_t seed) noexcept : state_(mix_bits(seed)) {}
  [[nodiscard]] std::uint64_t next() noexcept { return mix_bits(state_ += 0x9e3779b97f4a7c15); }
  [[nodiscard]] std::uint64_t below(std::uint64_t end) noexcept { return next() % end; } ///< pre: end > 0
  [[nodiscard]] std::uint64_t between(std::uint64_t least, std::uint64_t most) noexcept {
    return least + below(most - least + 1);
  }
  [[nodiscard]] bool one_in(std::uint64_t count) noexcept { return below(count) == 0; }

private:
  std::uint64_t state_;
};

} // namespace hearth::crash
