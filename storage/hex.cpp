#include "storage/hex.hpp"

namespace hearth::storage {

std::string to_hex(std::uint64_t number, std::size_t digits) {
  std::string text(digits, '0');
  for (auto at = text.rbegin(); at != text.rend(); ++at, number >>= 4)
    *at = "0123456789abcdef"[number & 15];
  return text;
}

} // namespace hearth::storage
