#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/errors.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace hearth::storage {

/// Record header: the bytes before every payload on disk, one unit of aligned I/O. FORMAT.md specifies each of them.
inline constexpr std::size_t record_header_bytes = 4096;

/// The fields of a record header.
struct record_header {
  block_key key;
  std::string name_space; ///< 1..255 bytes
  std::optional<block_key> parent;
  std::uint64_t payload_bytes = 0;
  std::uint64_t payload_checksum = 0;

  friend bool operator==(const record_header&, const record_header&) = default;
};

using header_bytes = std::array<std::byte, record_header_bytes>;

/// Encodes the header as on disk. Pre: `name_space` has 1 to 255 bytes. Threads: any. Errors: none.
[[nodiscard]] header_bytes encode(const record_header& header);

/// Decodes an untrusted header. Allocates nothing that depends on its bytes except the name, at most 255 bytes. Accepts
/// only the exact bytes that `encode` writes. Threads: any. Errors: corrupt (wrong length, magic, checksum or fields),
/// unsupported (a later version).
[[nodiscard]] result<record_header> decode(std::span<const std::byte> bytes);

} // namespace hearth::storage
