#pragma once

#include "storage/blocks/block.hpp"
#include "storage/memory/buffer.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <utility>

namespace hearth::testing {

/// The key with this number; neighbours differ in their first byte, as real keys do.
inline storage::block_key key(unsigned number) {
  storage::block_key key;
  key.bytes[0] = static_cast<std::byte>(number * 37);
  key.bytes[30] = static_cast<std::byte>(number >> 8);
  key.bytes[31] = static_cast<std::byte>(number);
  return key;
}

/// Bytes that differ from block to block and from place to place.
inline storage::buffer payload(unsigned seed, std::size_t size) {
  auto fresh = storage::mutable_buffer::allocate(size);
  REQUIRE(fresh);
  std::mt19937 random{seed};
  for (auto& byte : fresh->bytes())
    byte = static_cast<std::byte>(random());
  return std::move(*fresh).publish();
}

inline bool same(const storage::buffer& a, const storage::buffer& b) {
  return std::ranges::equal(a.bytes(), b.bytes());
}
inline bool same(const storage::block& a, const storage::buffer& b) { return same(a.payload, b); }

} // namespace hearth::testing
