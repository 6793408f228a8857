#include "tests/bench/numbered_blocks.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace hearth::bench {

using storage::block_key;
using storage::result;

namespace {

constexpr std::size_t page_bytes = 4096;

/// First words of a page of block `number`; no two pages of a run are alike.
std::array<std::uint64_t, 2> page_stamp(std::uint64_t number, std::size_t at) noexcept {
  return {number, at * 0x9E3779B97F4A7C15u};
}

} // namespace

/// The third word is the number; SplitMix64 (Steele and others, 2014) makes the others look like a hash.
block_key numbered_key(std::uint64_t number) noexcept {
  std::array<std::uint64_t, 4> words{};
  auto state = number;
  for (auto& word : words) {
    state += 0x9E3779B97F4A7C15u;
    auto mixed = state;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
    word = mixed ^ mixed >> 31;
  }
  words[2] = number;
  block_key key;
  std::memcpy(key.bytes.data(), words.data(), sizeof(words));
  return key;
}

std::uint64_t number_of(const block_key& key) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, key.bytes.data() + 16, sizeof(number));
  return number;
}

result<storage::block> make_block(std::uint64_t number, std::uint64_t bytes, stamps where,
                                  std::optional<std::uint64_t> parent) {
  auto fresh = storage::mutable_buffer::allocate(bytes);
  if (!fresh)
    return fresh.error();
  const auto room = fresh->bytes();
  for (std::size_t at = 0; at < (where == stamps::pages ? room.size() : 1); at += page_bytes) {
    const auto stamp = page_stamp(number, at);
    std::memcpy(room.data() + at, stamp.data(), sizeof(stamp));
  }
  std::memcpy(room.data() + room.size() - sizeof(number), &number, sizeof(number));
  return storage::block{numbered_key(number), 0, parent ? std::optional{numbered_key(*parent)} : std::nullopt,
                        std::move(*fresh).publish()};
}

std::uint64_t stamp_of(std::span<const std::byte> block) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, block.data(), sizeof(number));
  return number;
}

bool has_ends(std::span<const std::byte> block, std::uint64_t number) noexcept {
  return block.size() >= 2 * sizeof(number) && stamp_of(block) == number &&
         stamp_of(block.last(sizeof(number))) == number;
}

bool is_block(std::span<const std::byte> block, std::uint64_t number, std::uint64_t bytes, stamps where) noexcept {
  if (block.size() != bytes || !has_ends(block, number))
    return false;
  for (std::size_t at = 0; where == stamps::pages && at < block.size(); at += page_bytes) {
    const auto stamp = page_stamp(number, at);
    if (std::memcmp(block.data() + at, stamp.data(), sizeof(stamp)) != 0)
      return false;
  }
  return true;
}

} // namespace hearth::bench
