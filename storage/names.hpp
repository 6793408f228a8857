#pragma once

#include "storage/errors.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace hearth::storage {

/// The value among `all` whose `to_string` is `name`. Errors: invalid_argument, with the name that was found and all
/// names that are expected.
template <class Value, std::size_t Count>
[[nodiscard]] result<Value> named_one_of(const std::array<Value, Count>& all, std::string_view name) {
  std::string expected;
  for (const auto value : all) {
    if (to_string(value) == name)
      return value;
    expected += (expected.empty() ? "" : ", ") + std::string{to_string(value)};
  }
  return {errc::invalid_argument,
          "found " + (name.empty() ? "nothing" : std::string{name}) + ", expected one of " + expected};
}

} // namespace hearth::storage
