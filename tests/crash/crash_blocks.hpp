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

// Every directory is filled from the same keys: few enough that one bit each fits a word, and that each is met often.
inline constexpr std::uint32_t lanes = 4; ///< host threads; each has a namespace, and keys that no other touches
inline constexpr std::uint32_t chains_per_lane = 4;
inline constexpr std::uint32_t chain_length = 4;
inline constexpr std::uint32_t keys_per_lane = chains_per_lane * chain_length;
inline constexpr std::uint32_t keys_total = lanes * keys_per_lane;
static_assert(keys_total <= 64);

/// One bit for each key.
using key_bits = std::uint64_t;
[[nodiscard]] constexpr key_bits bit_of(std::uint32_t key) noexcept { return key_bits{1} << key; }
inline constexpr key_bits all_keys = keys_total == 64 ? ~key_bits{0} : bit_of(keys_total) - 1;

[[nodiscard]] constexpr std::uint32_t lane_of(std::uint32_t key) noexcept { return key / keys_per_lane; }

/// The block before it in its chain; none: a head.
[[nodiscard]] constexpr std::optional<std::uint32_t> parent_of(std::uint32_t key) noexcept {
  return key % chain_length == 0 ? std::nullopt : std::optional{key - 1};
}

[[nodiscard]] std::string name_of_lane(std::uint32_t lane);

/// All keys, by number.
[[nodiscard]] const std::vector<storage::block_key>& all_block_keys();

/// How long the blocks of a directory are.
enum class size_mix : std::uint8_t {
  equal,  ///< all of 48 KiB, as those of one model are
  varied, ///< 9 bytes to 64 KiB
  large,  ///< as varied, and now and then more than half a segment or the whole hot tier
};
inline constexpr std::uint64_t payload_bytes_most = 384 << 10;

/// Everything of a block follows from its key and its version: whoever finds one can tell whether it is exactly that.
struct block_version {
  std::uint32_t key = 0;
  std::uint64_t version = 0;
};
[[nodiscard]] std::uint64_t payload_bytes(size_mix mix, const block_version& of) noexcept;
[[nodiscard]] storage::buffer payload(size_mix mix, const block_version& of);

/// The version that a payload says it is, which may be a lie if it is damaged.
[[nodiscard]] std::uint64_t version_in(const storage::buffer& payload) noexcept;

/// Length and checksum: what travels in place of the bytes.
struct digest {
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;

  friend bool operator==(const digest&, const digest&) = default;
};
[[nodiscard]] digest digest_of(const storage::buffer& payload) noexcept;

/// Where pseudo-random numbers of this program come from: the same for every standard library.
[[nodiscard]] std::uint64_t mix_bits(std::uint64_t number) noexcept;

/// Numbers in the order of a seed.
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
