#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace hearth::fuzz {

/// Reads decisions from a fuzz input, front to back. At the end of the input it returns zeroes, so every input is a
/// complete run. Threads: one owner.
class byte_source {
public:
  explicit byte_source(std::span<const std::byte> input) : left_(input) {}

  [[nodiscard]] bool empty() const noexcept { return left_.empty(); }

  std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }

  /// Little-endian number of at most eight bytes.
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    std::size_t place = 0;
    for (const auto part : take(bytes))
      value |= std::to_integer<std::uint64_t>(part) << 8 * place++;
    return value;
  }

  /// 0 to `end` - 1, from two bytes; 0 if `end` is 0.
  std::size_t below(std::size_t end) {
    const auto drawn = static_cast<std::size_t>(number(2));
    return end == 0 ? 0 : drawn % end;
  }

  /// The next bytes; fewer at the end of the input.
  std::span<const std::byte> take(std::size_t count) {
    const auto taken = left_.first(std::min(count, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }

  std::span<const std::byte> rest() { return take(left_.size()); }

  std::string rest_as_text() {
    const auto all = rest();
    return {reinterpret_cast<const char*>(all.data()), all.size()};
  }

private:
  std::span<const std::byte> left_;
};

} // namespace hearth::fuzz
