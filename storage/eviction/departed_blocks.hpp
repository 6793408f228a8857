#pragma once

#include "storage/blocks/block_key.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace hearth::storage {

/// What the conversation policy knows of a block, in 4 bytes.
struct block_history {
  static constexpr std::uint32_t cohort_max = (1u << 28) - 1;

  std::uint32_t cohort : 28 = 0; ///< number; 0: the block is not known
  std::uint32_t asked : 2 = 0;   ///< times before the last one, 3 at most
  std::uint32_t flag : 1 = 0;    ///< tracked: it is a leaf. Departed: it was tracked when it was last asked for
};

/// Blocks that are not there, by fingerprint, in the order in which they came here. 12 bytes each and 5 to 11 for
/// finding them. Two keys of the same 48 bits are one block here: that costs a mistaken history, at worst.
/// Every operation is O(1) amortised. Invariant: the first and the last entry are no gaps. Threads: one owner. Errors:
/// std::bad_alloc.
class departed_blocks {
public:
  static constexpr std::uint16_t children_max = 0xffff; ///< more are not counted

  struct entry {
    std::uint32_t low = 0; ///< of the fingerprint
    std::uint16_t high = 0;
    std::uint16_t children = 0; ///< tracked ones
    block_history history;      ///< of no cohort: a gap, its block was taken
  };

  /// Adds one. Pre: `history` has a cohort.
  entry& add(const block_key& key, block_history history, std::size_t children = 0);

  /// What is known of it, until the next call that changes something; nullptr: it is not here.
  [[nodiscard]] entry* find(const block_key& key) noexcept;

  /// Moves it to the end if it is among the older half, and returns where it is now. Moving leaves a gap: so nothing
  /// leaves more than one before as many as half of those that are here have come behind it. Pre: as for `take`.
  entry* renew(entry* one);

  /// Takes one out. Pre: `one` is what `find` answered.
  entry take(entry* one) noexcept;

  /// Takes out the one that came first. Pre: `size() > 0`.
  entry take_first() noexcept { return take(&entries_.front()); }

  /// Entries and the gaps between them.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
  using number = std::uint32_t; ///< of an entry, counted from the first there ever was; 0: none. Starts over

  [[nodiscard]] number next() const noexcept { return static_cast<number>(first_ + entries_.size()); }
  [[nodiscard]] entry& at(number one) noexcept { return entries_[one - first_]; }
  [[nodiscard]] std::size_t home_of(const entry& one) const noexcept { return one.low & (table_.size() - 1); }
  entry& append(const entry& one);
  [[nodiscard]] std::size_t place_of(const entry* one) noexcept; ///< in the table
  void place(number one) noexcept;
  void grow();
  void unplace(std::size_t place) noexcept;
  void drop_gaps() noexcept;

  std::deque<entry> entries_;
  number first_ = 1;
  std::size_t used_ = 0; ///< of the table
  std::vector<number> table_ = std::vector<number>(64);
};

} // namespace hearth::storage
