#pragma once

#include "storage/blocks/block_key.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hearth::storage {

/// The fields of a record that describe its block.
struct record_header {
  block_key key;
  std::string name_space; ///< 1..255 bytes
  std::optional<block_key> parent;
  std::uint64_t payload_bytes = 0;
  std::uint64_t payload_checksum = 0;

  friend bool operator==(const record_header&, const record_header&) = default;
};

} // namespace hearth::storage
