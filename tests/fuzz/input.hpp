#pragma once

#include "tests/fuzz/target.hpp"

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace hearth::fuzz {

/// Builds an input: the inverse of `byte_source`.
class input_writer {
public:
  input_writer& number(std::uint64_t value, std::size_t count = 1) {
    for (; count > 0; --count, value >>= 8)
      made_.push_back(static_cast<std::byte>(value));
    return *this;
  }
  input_writer& all(std::span<const std::byte> these) {
    for (const auto one : these) // not insert: g++ 12 warns of an impossible overflow inside it
      made_.push_back(one);
    return *this;
  }
  input_writer& text(std::string_view these) { return all(std::as_bytes(std::span{these})); }

  [[nodiscard]] bytes finish() { return std::move(made_); }

private:
  bytes made_;
};

} // namespace hearth::fuzz
