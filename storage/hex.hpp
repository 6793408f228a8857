#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace hearth::storage {

/// The low digits of `number` as lower-case hexadecimal, with zeroes in front. Threads: any. Errors: none.
[[nodiscard]] std::string to_hex(std::uint64_t number, std::size_t digits = 16);

} // namespace hearth::storage
