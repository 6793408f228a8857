#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/eviction/slot_list.hpp"

#include <optional>

namespace hearth::storage {

/// Maps slots to block keys and back. The owner of the slots (`hot_index`) has both already; an eviction policy asks
/// the owner instead of keeping a second copy.
class block_names {
public:
  virtual ~block_names() = default;

  /// The slot of the block, or `no_slot` if the block is not here.
  [[nodiscard]] virtual block_slot find(const block_key& key) const noexcept = 0;

  /// Pre: the slot holds a block.
  [[nodiscard]] virtual const block_key& key_of(block_slot slot) const noexcept = 0;
  [[nodiscard]] virtual const std::optional<block_key>& parent_of(block_slot slot) const noexcept = 0;
};

} // namespace hearth::storage
