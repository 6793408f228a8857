#include "tests/stress/stress_blocks.hpp"

#include "tests/simulation/chance.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace hearth::stress {

namespace {

using simulation::chance;

constexpr std::size_t header_bytes = 16; ///< block and version, 8 bytes each
constexpr history::version other_length_every = 32;

std::vector<storage::block_key> make_keys() {
  std::vector<storage::block_key> keys;
  for (history::number block = 0; block < blocks_total; ++block) {
    const std::array<std::uint32_t, 2> tokens{block / chain_length, block % chain_length};
    const auto parent = block % chain_length == 0 ? std::nullopt : std::optional{keys.back()};
    keys.push_back(storage::derive_key(name_spaces[name_space_of(block)], parent, tokens));
  }
  return keys;
}

/// Calls `take` with successive words of 8 bytes until `bytes` are covered; the last word may be longer than the rest.
template <class Take>
void each_word(std::size_t bytes, history::number block, history::version which, Take take) {
  chance words{block * 1'000'003ull + which};
  for (std::size_t at = 0; at < bytes; at += 8) {
    std::uint64_t word = words.next();
    if (bytes >= header_bytes && at < header_bytes)
      word = at == 0 ? block : which;
    if (!take(at, word, std::min<std::size_t>(8, bytes - at)))
      return;
  }
}

} // namespace

const storage::block_key& key_of(history::number block) {
  static const auto keys = make_keys();
  return keys[block];
}

std::optional<storage::block_key> parent_of(history::number block) {
  return block % chain_length == 0 ? std::nullopt : std::optional{key_of(block - 1)};
}

std::size_t bytes_of(history::number block, history::version which) {
  chance draws{block};
  const auto kind = draws.below(64);
  auto bytes = draws.between(4097, 16'384);
  if (kind == 0)
    bytes = draws.between(100'000, block_bytes_most - 1);
  else if (kind < 6)
    bytes = draws.between(16'385, 60'000);
  else if (kind < 14)
    bytes = draws.between(1, 15);
  else if (kind < 40)
    bytes = draws.between(16, 4096);
  return bytes + (which % other_length_every == 0 ? 1 : 0);
}

storage::buffer payload_of(history::number block, history::version which) {
  auto made = storage::mutable_buffer::allocate(bytes_of(block, which)).value();
  const auto bytes = made.bytes();
  each_word(bytes.size(), block, which, [&](std::size_t at, std::uint64_t word, std::size_t length) {
    std::memcpy(bytes.data() + at, &word, length);
    return true;
  });
  return std::move(made).publish();
}

bool is_payload(std::span<const std::byte> bytes, history::number block, history::version which) {
  bool same = bytes.size() == bytes_of(block, which);
  if (same)
    each_word(bytes.size(), block, which, [&](std::size_t at, std::uint64_t word, std::size_t length) {
      return same = std::memcmp(bytes.data() + at, &word, length) == 0;
    });
  return same;
}

std::optional<history::version> claimed_version(std::span<const std::byte> bytes) {
  if (bytes.size() < header_bytes)
    return std::nullopt;
  history::version which = 0;
  std::memcpy(&which, bytes.data() + 8, sizeof(which));
  return which;
}

} // namespace hearth::stress
