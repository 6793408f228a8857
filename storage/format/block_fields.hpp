#pragma once

#include "storage/format/record_header.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>

#include <cereal/archives/portable_binary.hpp>

namespace hearth::storage {

/// The fields of a block in every record, written by cereal: fixed lengths only, so that no length on disk decides how
/// much is read or allocated.
struct block_fields {
  block_key key;
  std::uint8_t has_parent = 0;
  block_key parent;
  std::uint64_t payload_bytes = 0;
  std::uint64_t payload_checksum = 0;
  std::uint8_t name_bytes = 0;
  std::array<char, 255> name{};

  block_fields() = default;

  /// Pre: the namespace's name has 1 to 255 bytes.
  explicit block_fields(const record_header& header)
      : key(header.key), has_parent(header.parent ? 1 : 0), parent(header.parent.value_or(block_key{})),
        payload_bytes(header.payload_bytes), payload_checksum(header.payload_checksum),
        name_bytes(static_cast<std::uint8_t>(header.name_space.size())) {
    assert(!header.name_space.empty() && header.name_space.size() <= name.size());
    std::copy(header.name_space.begin(), header.name_space.end(), name.begin());
  }

  [[nodiscard]] record_header header() const {
    record_header header;
    header.key = key;
    header.name_space.assign(name.data(), name_bytes);
    if (has_parent != 0)
      header.parent = parent;
    header.payload_bytes = payload_bytes;
    header.payload_checksum = payload_checksum;
    return header;
  }

  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::binary_data(key.bytes.data(), key.bytes.size()));
    archive(has_parent);
    archive(cereal::binary_data(parent.bytes.data(), parent.bytes.size()));
    archive(payload_bytes, payload_checksum, name_bytes);
    archive(cereal::binary_data(name.data(), name.size()));
  }
};

} // namespace hearth::storage
