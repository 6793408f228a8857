#include "actors/host/program/replay_payload.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>

namespace hearth {

using storage::block_key;

namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

/// Infinite stream of words derived from a key.
class word_stream {
public:
  explicit word_stream(const block_key& key) noexcept {
    std::memcpy(key_.data(), key.bytes.data(), sizeof(key_));
    // A mix, because one of the key's own words would cancel itself out below.
    start_ = (key_[0] ^ key_[1]) * step + key_[2];
  }

  /// Word `index`: a counter with golden-ratio steps, which reach every bit, mixed with the words of the key in turn.
  [[nodiscard]] std::uint64_t operator[](std::uint64_t index) const noexcept {
    return key_[index % key_.size()] ^ (start_ + index * step);
  }

private:
  static constexpr std::uint64_t step = 0x9e3779b97f4a7c15u;

  std::array<std::uint64_t, 4> key_{};
  std::uint64_t start_ = 0;
};

/// Whether the word at `index` of `payload` (shorter at its end) equals that of `words`.
bool same_word(const word_stream& words, std::span<const std::byte> payload, std::size_t index) noexcept {
  const auto word = words[index];
  const auto rest = payload.subspan(index * word_bytes);
  return std::memcmp(rest.data(), &word, std::min(rest.size(), word_bytes)) == 0;
}

} // namespace

block_key replay_key(std::uint64_t id, std::uint64_t block_bytes) {
  const std::array tokens{static_cast<std::uint32_t>(id), static_cast<std::uint32_t>(id >> 32)};
  return storage::derive_key("replay", std::nullopt, tokens, std::to_string(block_bytes));
}

void fill_payload(const block_key& key, std::span<std::byte> payload) noexcept {
  const word_stream words{key};
  const auto whole = payload.size() / word_bytes;
  for (std::size_t i = 0; i < whole; ++i) {
    const auto word = words[i];
    std::memcpy(payload.data() + i * word_bytes, &word, word_bytes);
  }
  if (const auto rest = payload.size() % word_bytes; rest != 0) {
    const auto word = words[whole];
    std::memcpy(payload.data() + whole * word_bytes, &word, rest);
  }
}

bool is_payload(const block_key& key, std::span<const std::byte> payload) noexcept {
  const word_stream words{key};
  const auto whole = payload.size() / word_bytes;
  std::uint64_t differences = 0; // collected without a branch, so that the loop runs at memory speed
  for (std::size_t i = 0; i < whole; ++i) {
    std::uint64_t found;
    std::memcpy(&found, payload.data() + i * word_bytes, word_bytes);
    differences |= found ^ words[i];
  }
  return differences == 0 && (payload.size() % word_bytes == 0 || same_word(words, payload, whole));
}

bool has_payload_ends(const block_key& key, std::span<const std::byte> payload) noexcept {
  if (payload.empty())
    return true;
  const word_stream words{key};
  return same_word(words, payload, 0) && same_word(words, payload, (payload.size() - 1) / word_bytes);
}

} // namespace hearth
