#pragma once

#include "storage/eviction/slot_list.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace hearth::storage {

/// Dirty blocks in the order in which they became dirty, each with an increasing number. 16 bytes per block, plus the
/// gaps of removed blocks: at most 64 gaps, or a quarter of the blocks if that is more. Threads: one owner.
class dirty_order {
public:
  /// Appends a slot and returns its number, from 1 on.
  std::uint64_t add(block_slot slot);

  /// Removes the slot with this number. Pre: there is one.
  void remove(std::uint64_t number);

  /// The first slot with a number greater than `number`; `no_slot` if there is none.
  [[nodiscard]] block_slot behind(std::uint64_t number) const;

  [[nodiscard]] std::uint64_t last_number() const noexcept { return last_number_; }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size() - gaps_; }

private:
  struct entry {
    std::uint64_t number;
    block_slot slot; ///< `no_slot`: removed
  };
  [[nodiscard]] std::deque<entry>::const_iterator first_from(std::uint64_t number) const;

  std::deque<entry> entries_; ///< by number; the first entry is not a gap
  std::size_t gaps_ = 0;
  std::uint64_t last_number_ = 0;
};

} // namespace hearth::storage
