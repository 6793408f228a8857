#pragma once

#include "storage/errors.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace hearth {

/// Write policy: when a block is handed to the writer.
enum class write_policy : std::uint8_t {
  back,    ///< write-back: when the block leaves the hot tier, or when the writer is idle
  through, ///< write-through: at once; the block stays in the hot tier as well
};
inline constexpr std::array write_policies{write_policy::back, write_policy::through};

/// Name of a write policy, as programs read and print it: "back", "through".
[[nodiscard]] std::string_view to_string(write_policy policy) noexcept;

/// Write policy with that name. Errors: invalid_argument, with the name found and all names expected.
[[nodiscard]] storage::result<write_policy> write_policy_from_string(std::string_view name);

} // namespace hearth
