#pragma once

#include "storage/errors.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <istream>
#include <span>
#include <sstream>
#include <streambuf>
#include <string>
#include <string_view>

#include <cereal/archives/portable_binary.hpp>

namespace hearth::storage {

/// Page: the unit of aligned I/O, in bytes.
inline constexpr std::size_t page_size = 4096;

/// A header page on disk: magic, fields as cereal writes them, zeroes, XXH3-64 of everything before it.
using page_bytes = std::array<std::byte, page_size>;

/// The checksum of a page: its last eight bytes.
inline constexpr std::size_t page_checksum_at = page_size - sizeof(std::uint64_t);

/// Writes the checksum of the preceding bytes at the end of the page.
void seal_page(page_bytes& page);

/// Checks that these bytes are an undamaged page of this kind. `what` names it in the message. Errors: corrupt.
[[nodiscard]] result<void> check_page(std::span<const std::byte> bytes, std::string_view magic,
                                      const std::string& what);

/// Stream buffer that reads bytes in place; they must outlive it.
class byte_stream final : private std::streambuf, public std::istream {
public:
  explicit byte_stream(std::span<const std::byte> bytes) : std::istream(static_cast<std::streambuf*>(this)) {
    auto* start = const_cast<char*>(reinterpret_cast<const char*>(bytes.data())); // streams only read from it
    setg(start, start, start + bytes.size());
  }
};

/// Encodes `fields` as a page. Pre: their lengths are fixed, and they fit.
template <class Fields>
page_bytes encode_page(std::string_view magic, const Fields& fields) {
  std::ostringstream out;
  {
    cereal::PortableBinaryOutputArchive archive{out, cereal::PortableBinaryOutputArchive::Options::LittleEndian()};
    archive(fields);
  }
  const auto text = out.view();
  page_bytes page{};
  std::memcpy(page.data(), magic.data(), magic.size());
  std::memcpy(page.data() + magic.size(), text.data(), text.size());
  seal_page(page);
  return page;
}

/// Decodes the fields of an untrusted page. Their lengths are fixed, so no length on disk decides what is allocated.
/// The caller checks what follows the fields: a later version may have more. Errors: corrupt, naming `what`.
template <class Fields>
result<Fields> decode_page(std::span<const std::byte> bytes, std::string_view magic, const std::string& what) {
  if (auto checked = check_page(bytes, magic, what); !checked)
    return checked.error();
  byte_stream in{bytes.first(page_checksum_at).subspan(magic.size())};
  Fields fields;
  try { // cereal reports errors as exceptions; they end here
    cereal::PortableBinaryInputArchive archive{in};
    archive(fields);
  } catch (const std::exception& error) {
    return failure{errc::corrupt, what + ": " + error.what()};
  }
  return fields;
}

} // namespace hearth::storage
