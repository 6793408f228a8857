#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/memory/buffer.hpp"

#include <cstdint>
#include <optional>

namespace hearth::storage {

/// Number of a namespace inside one open cache, assigned by `namespace_table`. Never written to disk; names are.
using namespace_id = std::uint16_t;

/// Block: key, namespace, payload, and the key of its parent. Immutable once it is in the cache.
struct block {
  block_key key;
  namespace_id name_space = 0;
  std::optional<block_key> parent{}; ///< none: head of its chain
  buffer payload;
};

} // namespace hearth::storage
