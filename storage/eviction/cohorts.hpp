#pragma once

#include "storage/eviction/return_model.hpp"
#include "storage/eviction/slot_list.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::storage {

/// Cohort: blocks of one request that have the same class in the return model and have not been requested since. These
/// blocks age together, and the model counts them together. All leaves of a cohort have the same value. Cohorts are
/// ordered by age, as LRU would evict their blocks. Cohort numbers are small, start at 1 and are reused; 0 means no
/// cohort. Memory: 32 bytes per cohort, plus the model and a fixed 600 KiB. Cost: every operation is O(1) amortised,
/// with the number of classes and bins as a constant. `least` and `oldest` search all pairs of class and bin that have
/// a leaf, about 200, but only once per many calls. Threads: one owner. Errors: std::bad_alloc.
class cohorts {
public:
  using number = std::uint32_t;

  /// Largest size of a cohort, in blocks. Further blocks of the same request and class begin another cohort.
  static constexpr std::size_t blocks_max = 64;

  cohorts();

  /// Ages every cohort by one request.
  void begin_request();

  /// Adds one block of this class to the current request. Returns its cohort, the youngest one.
  number enter(std::size_t block_class);

  /// Removes a block from its cohort, because the block was requested again, or forgotten. Pre: the block is not one of
  /// the cohort's leaves.
  void returns(number one);
  void forgotten(number one);

  /// Whether the cohort belongs to the current request.
  [[nodiscard]] bool present(number one) const { return all_.at(one).asked_at == requests_; }
  [[nodiscard]] std::uint32_t age(number one) const { return requests_ - all_.at(one).asked_at; }

  /// The leaves of the cohort: a queue, linked by the owner of the blocks. Both ends are `no_slot` if the cohort has no
  /// leaf.
  struct leaf_queue {
    block_slot first = no_slot;
    block_slot last = no_slot;
  };
  [[nodiscard]] leaf_queue leaves(number one) const { return all_.at(one).leaves; }
  void set_leaves(number one, leaf_queue leaves);

  /// Among the cohorts with leaves: the one with the lowest value, and the oldest one. 0 if no cohort has a leaf.
  [[nodiscard]] number least();
  [[nodiscard]] number oldest();

  /// Sets the number of *recent* blocks: the most recently requested blocks, which LRU would hold.
  void keep_recent(std::size_t blocks);

  /// The share of the cohort's blocks that is recent, 0 to 1.
  [[nodiscard]] double recent_part(number one) const;

  /// Calls `visit` for every cohort, oldest first.
  template <class Visit>
  void visit(Visit&& visit) const {
    order_.visit(order_links_, visit);
  }

private:
  static constexpr std::size_t places = return_model::classes * return_model::bins;

  struct cohort {
    std::uint32_t asked_at = 0; ///< number of the request; wraps around
    std::uint16_t block_class = 0;
    std::uint8_t bin = 0;
    std::uint8_t blocks : 7 = 0; ///< blocks that are tracked, or that left the tier and are remembered
    bool recent : 1 = false;
    leaf_queue leaves; ///< if the number is free, `first` is the next free number
  };
  struct worth {
    std::uint32_t epoch = 0; ///< epoch of the model in which `value` was computed
    float value = 0;
  };

  [[nodiscard]] static std::size_t place_of(const cohort& one) noexcept {
    return one.block_class * return_model::bins + one.bin;
  }
  number begin(std::size_t block_class);
  void age_into(std::size_t bin);
  void leave(number one);
  void list(number one);
  void unlist(number one);
  [[nodiscard]] float worth_of(std::size_t place);
  [[nodiscard]] bool less(std::size_t place, std::size_t other);
  [[nodiscard]] bool older(number one, number other) const;
  template <class Visit>
  void visit_places(Visit visit) const;

  return_model model_;
  std::array<std::uint32_t, return_model::bins> first_ages_{};
  std::uint32_t requests_ = 0;
  by_slot<cohort> all_;
  number free_ = 0;
  slot_list order_; ///< oldest first
  slot_links order_links_;
  std::array<number, return_model::bins> oldest_in_{}; ///< by bin
  number first_recent_ = 0;       ///< oldest recent cohort: the only one that may be recent in part
  std::size_t recent_blocks_ = 0; ///< blocks of `first_recent_` and of all younger cohorts
  std::size_t recent_max_ = 0;    ///< blocks
  std::vector<slot_list> with_leaves_ = std::vector<slot_list>(places); ///< by class and bin, oldest first
  slot_links leaf_links_;
  std::vector<std::uint64_t> listed_ =
      std::vector<std::uint64_t>((places + 63) / 64); ///< one bit for each list that is not empty
  std::size_t least_place_ = places; ///< list with the lowest value, by place; `places`: not known, search for it
  number oldest_ = 0;                ///< oldest cohort in the lists; 0: not known, search for it
  std::vector<worth> worths_ = std::vector<worth>(places);
};

} // namespace hearth::storage
