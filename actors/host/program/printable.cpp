#include "actors/host/program/printable.hpp"

#include <cstddef>
#include <cstdint>

namespace hearth {

namespace {

/// Length in bytes of the UTF-8 sequence at the start of `text`, or 0 if there is none (RFC 3629, section 4). `point`
/// is set to the code point.
std::size_t sequence_length(std::string_view text, std::uint32_t& point) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : (lead & 0xf0) == 0xe0       ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
  if (length == 0 || length > text.size())
    return 0;
  point = length == 1 ? lead : lead & (0xffu >> (length + 1));
  for (const char next : text.substr(1, length - 1)) {
    const auto byte = static_cast<unsigned char>(next);
    if ((byte & 0xc0) != 0x80)
      return 0;
    point = point << 6 | (byte & 0x3f);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xd800 && point < 0xe000;
  return overlong || surrogate || point > 0x10ffff ? 0 : length;
}

bool is_control(std::uint32_t point) { return point < 0x20 || (point >= 0x7f && point < 0xa0); }

} // namespace

std::string printable(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    std::uint32_t point = 0;
    const auto length = sequence_length(text, point);
    if (length == 0 || is_control(point))
      line += '?';
    else
      line += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return line;
}

} // namespace hearth
