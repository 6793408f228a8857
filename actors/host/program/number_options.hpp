#pragma once

#include "stats/units.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace hearth {

// Number options of the programs. CLI11's own conversions accept "-1" as 2^64-1, and "nan" as a duration within every
// range. The functions below refuse both; the error says what was expected and what was found.

namespace detail {
template <class Parse>
CLI::Validator checked(std::string expected, Parse parse) {
  return CLI::Validator{[expected = std::move(expected), parse](std::string& text) {
                          if (const std::optional<std::string> read = parse(text)) {
                            text = *read;
                            return std::string{};
                          }
                          return "expected " + expected + ", found " + (text.empty() ? "nothing" : text);
                        },
                        {}};
}

inline std::string range(std::uint64_t least, std::uint64_t most) {
  return std::to_string(least) + ".." + std::to_string(most);
}
} // namespace detail

/// Accepts an integer from the first value to the second.
inline CLI::Validator integer_between(std::uint64_t least,
                                      std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
  return detail::checked("an integer " + detail::range(least, most), [=](const std::string& text) {
    const auto read = stats::parse_integer(text);
    return read && *read >= least && *read <= most ? std::optional{std::to_string(*read)} : std::nullopt;
  });
}

/// Accepts a number of bytes with or without a unit, from the first value to the second, a multiple of the third. The
/// option gets the number in bytes.
inline CLI::Validator bytes_between(std::uint64_t least, std::uint64_t most, std::uint64_t multiple_of = 1) {
  const auto multiple = multiple_of > 1 ? ", a multiple of " + stats::format_bytes(multiple_of) : std::string{};
  return detail::checked("a size such as 64MiB (units B to TiB, KB to GB), " + detail::range(least, most) + multiple,
                         [=](const std::string& text) {
                           const auto read = stats::parse_bytes(text);
                           return read && *read >= least && *read <= most && *read % multiple_of == 0
                                      ? std::optional{std::to_string(*read)}
                                      : std::nullopt;
                         });
}

/// Accepts a number of seconds from the first value to the second, with or without decimals.
inline CLI::Validator seconds_between(double least, double most) {
  std::ostringstream expected;
  expected << least << " to " << most << " seconds";
  return detail::checked(expected.str(), [=](const std::string& text) {
    double read = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && read >= least && read <= most ? std::optional{text} : std::nullopt; // nan is in no range
  });
}

} // namespace hearth
