#pragma once

#include "storage/blocks/block_key.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace hearth::storage {

/// What the conversation policy stores about one block: 4 bytes.
struct block_history {
  static constexpr std::uint32_t cohort_max = (1u << 28) - 1;

  std::uint32_t cohort : 28 = 0; ///< number of its cohort; 0: the block is not known
  std::uint32_t asked : 2 = 0;   ///< requests before the last one, at most 3
  /// tracked block: it is a leaf. Departed block: it was in the tier at its last request, or entered the tier after it
  std::uint32_t flag : 1 = 0;
};

/// History of blocks that have left the tier, in the order of their departure; a fingerprint of the key finds a block.
/// 12 bytes per block, plus 5 to 11 for the lookup table. Two keys with the same 48-bit fingerprint share one entry, so
/// a block can get a wrong history. Every operation is O(1) amortised. Invariant: the first and the last entry are not
/// gaps. Threads: one owner. Errors: std::bad_alloc.
class departed_blocks {
public:
  static constexpr std::uint16_t children_max = 0xffff; ///< further children are not counted

  struct entry {
    std::uint32_t low = 0; ///< low part of the fingerprint
    std::uint16_t high = 0;
    std::uint16_t children = 0; ///< number of tracked children
    block_history history;      ///< no cohort: this entry is a gap, because its block was removed
  };

  /// Adds a block. Pre: `history` has a cohort.
  entry& add(const block_key& key, block_history history, std::size_t children = 0);

  /// The entry of the block, valid until the next change; nullptr if the block is not here.
  [[nodiscard]] entry* find(const block_key& key) noexcept;

  /// Moves the entry to the end if it is in the older half, and returns its new place. The move leaves a gap. After: at
  /// least half of the entries are older. Pre: as for `take`.
  entry* renew(entry* one);

  /// Removes the entry. Pre: `one` was returned by `find`.
  entry take(entry* one) noexcept;

  /// Removes the oldest entry. Pre: `size() > 0`.
  entry take_first() noexcept { return take(&entries_.front()); }

  /// The number of entries, including the gaps between them.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
  using number = std::uint32_t; ///< number of an entry, counted from the first entry ever added; wraps around. 0: none

  [[nodiscard]] number next() const noexcept { return static_cast<number>(first_ + entries_.size()); }
  [[nodiscard]] entry& at(number one) noexcept { return entries_[one - first_]; }
  [[nodiscard]] std::size_t home_of(const entry& one) const noexcept { return one.low & (table_.size() - 1); }
  entry& append(const entry& one);
  [[nodiscard]] std::size_t place_of(const entry* one) noexcept; ///< position in the lookup table
  void place(number one) noexcept;
  void grow();
  void unplace(std::size_t place) noexcept;
  void drop_gaps() noexcept;

  std::deque<entry> entries_;
  number first_ = 1;
  std::size_t used_ = 0; ///< used places of the lookup table
  std::vector<number> table_ = std::vector<number>(64);
};

} // namespace hearth::storage
