#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace hearth::storage {

/// The low digits of `number` in lower-case hexadecimal, with leading zeroes. Threads: any. Errors: none.
[[nodiscard]] std::string to_hex(std::uint64_t number, std::size_t digits = 16);

} // namespace hearth::storage
