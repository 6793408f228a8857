#include "storage/blocks/block_key.hpp"

#include <openssl/evp.h>

#include <memory>
#include <new>

namespace hearth::storage {

namespace {

/// A running SHA-256; the caller prefixes each part with its length. OpenSSL fails here only without memory.
class sha256 {
public:
  sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
      throw std::bad_alloc();
  }

  void bytes(const void* data, std::size_t size) {
    if (EVP_DigestUpdate(context_.get(), data, size) != 1)
      throw std::bad_alloc();
  }

  /// `value` as `width` little-endian bytes.
  void integer(std::uint64_t value, std::size_t width) {
    std::array<unsigned char, 8> raw{};
    for (std::size_t i = 0; i < width; ++i)
      raw[i] = static_cast<unsigned char>(value >> (8 * i));
    bytes(raw.data(), width);
  }

  void text(std::string_view value) {
    integer(value.size(), 8);
    bytes(value.data(), value.size());
  }

  block_key finish() {
    block_key key;
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(key.bytes.data()), &size) != 1)
      throw std::bad_alloc();
    return key;
  }

private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

int digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

block_key derive_key(std::string_view name_space, const std::optional<block_key>& parent,
                     std::span<const std::uint32_t> tokens, std::string_view salt) {
  constexpr std::string_view domain = "hearth-block-key-1";
  sha256 hash;
  hash.bytes(domain.data(), domain.size());
  hash.text(name_space);
  hash.integer(parent ? 1 : 0, 1);
  const auto before = parent.value_or(block_key{});
  hash.bytes(before.bytes.data(), before.bytes.size());
  hash.text(salt);
  hash.integer(tokens.size(), 8);
  for (auto token : tokens)
    hash.integer(token, 4);
  return hash.finish();
}

std::string to_hex(const block_key& key) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * key.bytes.size());
  for (auto byte : key.bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    text.push_back(digits[value >> 4]);
    text.push_back(digits[value & 15]);
  }
  return text;
}

std::optional<block_key> key_from_hex(std::string_view hex) noexcept {
  block_key key;
  if (hex.size() != 2 * key.bytes.size())
    return std::nullopt;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) {
    const int high = digit(hex[2 * i]);
    const int low = digit(hex[2 * i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    key.bytes[i] = static_cast<std::byte>(high * 16 + low);
  }
  return key;
}

} // namespace hearth::storage
