#pragma once

#include "stats/units.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>

namespace hearth::bench {

/// Accepts a number of bytes with or without a unit, between the two and a multiple of the third; the option gets it in
/// bytes. The text that refuses another says what was found and what was expected.
inline CLI::Validator bytes_between(std::uint64_t least, std::uint64_t most, std::uint64_t multiple_of = 1) {
  return CLI::Validator{
      [=](std::string& text) -> std::string {
        const auto bytes = stats::parse_bytes(text);
        if (!bytes || *bytes < least || *bytes > most || *bytes % multiple_of != 0)
          return "found \"" + text + "\", expected " + stats::format_bytes(least) + " to " + stats::format_bytes(most) +
                 (multiple_of > 1 ? ", a multiple of " + stats::format_bytes(multiple_of) : std::string{}) +
                 ", such as 64MiB";
        text = std::to_string(*bytes);
        return {};
      },
      "SIZE"};
}

} // namespace hearth::bench
