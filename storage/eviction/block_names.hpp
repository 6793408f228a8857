#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/eviction/slot_list.hpp"

#include <optional>

namespace hearth::storage {

/// Where blocks stand and what they are called: what those who put blocks into slots know anyway, so that an eviction
/// policy need not keep it once more.
class block_names {
public:
  virtual ~block_names() = default;

  /// Where the block stands; `no_slot`: it is not here.
  [[nodiscard]] virtual block_slot find(const block_key& key) const noexcept = 0;

  /// Pre: there is a block in this slot.
  [[nodiscard]] virtual const block_key& key_of(block_slot slot) const noexcept = 0;
  [[nodiscard]] virtual const std::optional<block_key>& parent_of(block_slot slot) const noexcept = 0;
};

} // namespace hearth::storage
