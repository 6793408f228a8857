#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::storage {

/// Slot: the place of a block in the hot tier. A small number, from 1 on. A slot is reused after its block has left.
using block_slot = std::uint32_t;
inline constexpr block_slot no_slot = 0;

/// An array of values indexed by slot. Threads: one owner.
template <class Value>
class by_slot {
public:
  /// Ensures that there is a value for `slot`. The capacity grows by an eighth.
  void make(block_slot slot) {
    if (slot >= values_.capacity())
      values_.reserve(slot + slot / 8 + 64);
    if (slot >= values_.size())
      values_.resize(slot + 1);
  }

  /// One more than the largest slot that has a value.
  [[nodiscard]] block_slot end() const noexcept { return static_cast<block_slot>(values_.size()); }

  /// Pre: `make` was called for this slot or a larger one.
  [[nodiscard]] Value& at(block_slot slot) { return values_[slot]; }
  [[nodiscard]] const Value& at(block_slot slot) const { return values_[slot]; }

private:
  std::vector<Value> values_;
};

/// Links of doubly linked lists of slots: the two neighbours of each slot, 8 bytes. Several lists can share one set of
/// links; a slot is then in one list at most.
struct slot_link {
  block_slot before = no_slot;
  block_slot behind = no_slot;
};
using slot_links = by_slot<slot_link>;

/// A doubly linked list of slots, 12 bytes. Every operation except `visit` is O(1). Threads: one owner.
class slot_list {
public:
  [[nodiscard]] block_slot front() const noexcept { return first_; } ///< `no_slot` if empty
  [[nodiscard]] block_slot back() const noexcept { return last_; }   ///< `no_slot` if empty
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// Pre: no list of these links contains `slot`.
  void push_back(slot_links& links, block_slot slot) { insert(links, slot, no_slot); }

  /// Inserts `slot` before the slot `behind`, or at the end if `behind` is `no_slot`. Pre: `behind` is `no_slot` or in
  /// this list; no list of these links contains `slot`.
  void insert(slot_links& links, block_slot slot, block_slot behind) {
    links.make(slot);
    join(links, slot, behind);
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
    join(links, slot, no_slot);
  }

  /// Calls `visit` for every slot from the front until `visit` returns false. Returns false if it did.
  template <class Visit>
  bool visit(const slot_links& links, Visit&& visit) const {
    for (auto slot = first_; slot != no_slot; slot = links.at(slot).behind)
      if (!visit(slot))
        return false;
    return true;
  }

private:
  void join(slot_links& links, block_slot slot, block_slot behind) {
    const auto before = behind == no_slot ? last_ : links.at(behind).before;
    links.at(slot) = {before, behind};
    (before == no_slot ? first_ : links.at(before).behind) = slot;
    (behind == no_slot ? last_ : links.at(behind).before) = slot;
  }
  void cut(slot_links& links, block_slot slot) {
    const auto [before, behind] = links.at(slot);
    (before == no_slot ? first_ : links.at(before).behind) = behind;
    (behind == no_slot ? last_ : links.at(behind).before) = before;
  }

  block_slot first_ = no_slot;
  block_slot last_ = no_slot;
  std::uint32_t size_ = 0;
};

} // namespace hearth::storage
