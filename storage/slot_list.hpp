#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::storage {

/// Where a block of the hot tier stands: a small number from 1 on, reused when its block has left.
using block_slot = std::uint32_t;
inline constexpr block_slot no_slot = 0;

/// What lists of slots are made of: for each slot its neighbours, 8 bytes. Lists that share links have no slot in
/// common. Threads: one owner.
class slot_links {
public:
  struct link {
    block_slot before = no_slot;
    block_slot behind = no_slot;
  };

  /// Sees to it that `slot` has a link. Grows by a quarter.
  void make(block_slot slot) {
    if (slot >= links_.capacity())
      links_.reserve(slot + slot / 4 + 64);
    if (slot >= links_.size())
      links_.resize(slot + 1);
  }

  /// Pre: `make` was called for this slot or a larger one.
  [[nodiscard]] link& at(block_slot slot) { return links_[slot]; }
  [[nodiscard]] const link& at(block_slot slot) const { return links_[slot]; }

private:
  std::vector<link> links_;
};

/// A doubly linked list of slots. Every operation is O(1). Threads: one owner.
class slot_list {
public:
  [[nodiscard]] block_slot front() const noexcept { return first_; } ///< `no_slot`: empty
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Pre: `slot` is in no list of these links.
  void push_back(slot_links& links, block_slot slot) {
    links.make(slot);
    append(links, slot);
    ++size_;
  }

  /// Pre: `slot` is in this list.
  void erase(slot_links& links, block_slot slot) {
    assert(size_ > 0);
    cut(links, slot);
    --size_;
  }

  /// Pre: `slot` is in this list.
  void move_to_back(slot_links& links, block_slot slot) {
    if (slot == last_)
      return;
    cut(links, slot);
    append(links, slot);
  }

private:
  void append(slot_links& links, block_slot slot) {
    links.at(slot) = {last_, no_slot};
    (last_ == no_slot ? first_ : links.at(last_).behind) = slot;
    last_ = slot;
  }
  void cut(slot_links& links, block_slot slot) {
    const auto [before, behind] = links.at(slot);
    (before == no_slot ? first_ : links.at(before).behind) = behind;
    (behind == no_slot ? last_ : links.at(behind).before) = before;
  }

  block_slot first_ = no_slot;
  block_slot last_ = no_slot;
  std::size_t size_ = 0;
};

} // namespace hearth::storage
