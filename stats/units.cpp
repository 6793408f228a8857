#include "stats/units.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace hearth::stats {

namespace {

struct unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::array binary{
    unit{"B", 1}, unit{"KiB", 1ull << 10}, unit{"MiB", 1ull << 20}, unit{"GiB", 1ull << 30}, unit{"TiB", 1ull << 40},
};
constexpr std::array decimal{unit{"KB", 1'000}, unit{"MB", 1'000'000}, unit{"GB", 1'000'000'000}};

std::optional<std::uint64_t> factor(std::string_view name) noexcept {
  if (name.empty())
    return 1;
  for (const auto& known : binary)
    if (known.name == name)
      return known.bytes;
  for (const auto& known : decimal)
    if (known.name == name)
      return known.bytes;
  return std::nullopt;
}

} // namespace

std::string format_bytes(std::uint64_t bytes) {
  for (std::size_t i = 0; i < binary.size(); ++i) {
    const auto size = binary[i].bytes;
    const bool last = i + 1 == binary.size();
    if (bytes / size >= 1024 && !last)
      continue;
    const auto rest = bytes % size;
    // Tenths of the unit, rounded half up. Split, because 10 * bytes may not fit 64 bits.
    const auto tenths = bytes / size * 10 + (rest * 20 + size) / (size * 2);
    if (tenths >= 10'240 && !last)
      continue; // rounded up to 1024 of this unit: use the next one
    auto text = std::to_string(tenths / 10);
    if (tenths % 10 != 0)
      text.append(".").append(std::to_string(tenths % 10));
    return text.append(" ").append(binary[i].name);
  }
  return {}; // not reached: the last unit takes every value
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept {
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  const auto number = parse_integer(digits);
  auto name = text.substr(digits.size());
  if (name.size() > 1 && name.front() == ' ')
    name.remove_prefix(1);
  const auto size = factor(name);
  if (!number || !size || *number > std::numeric_limits<std::uint64_t>::max() / *size)
    return std::nullopt;
  return *number * *size;
}

std::optional<std::uint64_t> parse_integer(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, number);
  if (failed != std::errc{} || stopped != end)
    return std::nullopt;
  return number;
}

} // namespace hearth::stats
