#pragma once

#include "storage/eviction/return_model.hpp"
#include "storage/eviction/slot_list.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::storage {

/// A cohort: the blocks of one request and one class of the return model that were not asked for since. They age
/// together, the model counts them together, and those of them that are leaves are worth the same. Cohorts stand in the
/// order in which LRU would give up their blocks. Numbers are small, from 1 on, and reused; 0: none.
/// 32 bytes a cohort, beside the model and a fixed 450 KiB. Every operation is O(1) amortised, what the model has of
/// classes and bins counted as constants: `least` and `oldest` look at each class and bin that has a leaf, some 200,
/// but once for many calls. Threads: one owner. Errors: std::bad_alloc.
class cohorts {
public:
  using number = std::uint32_t;

  /// What is more of one request and class begins another cohort.
  static constexpr std::size_t blocks_max = 64;

  cohorts();

  /// Everybody grows older by one request.
  void begin_request();

  /// One block more that was asked for by the present request, of this class. Returns its cohort, the youngest.
  number enter(std::size_t block_class);

  /// A block of the cohort is asked for again, or forgotten: it leaves the cohort. Pre: it is none of its leaves.
  void returns(number one);
  void forgotten(number one);

  [[nodiscard]] bool present(number one) const { return all_.at(one).asked_at == requests_; } ///< of this request
  [[nodiscard]] std::uint32_t age(number one) const { return requests_ - all_.at(one).asked_at; }

  /// Its leaves, a queue that is linked by whoever knows blocks; `no_slot` twice: it has none.
  struct leaf_queue {
    block_slot first = no_slot;
    block_slot last = no_slot;
  };
  [[nodiscard]] leaf_queue leaves(number one) const { return all_.at(one).leaves; }
  void set_leaves(number one, leaf_queue leaves);

  /// The cohort with leaves that is worth least, or is the oldest; 0: there is none.
  [[nodiscard]] number least();
  [[nodiscard]] number oldest();

  /// The blocks asked for last, so many, are the recent ones: those that LRU would have.
  void keep_recent(std::size_t blocks);

  /// What part of the cohort's blocks is recent.
  [[nodiscard]] double recent_part(number one) const;

  /// Calls `visit` for every cohort from the oldest on.
  template <class Visit>
  void visit(Visit&& visit) const {
    order_.visit(order_links_, visit);
  }

private:
  static constexpr std::size_t places = return_model::classes * return_model::bins;

  struct cohort {
    std::uint32_t asked_at = 0; ///< request number; starts over
    std::uint16_t block_class = 0;
    std::uint8_t bin = 0;
    std::uint8_t blocks : 7 = 0; ///< tracked or remembered
    bool recent : 1 = false;
    leaf_queue leaves; ///< of a number that is free `first` is the next one
  };
  struct worth {
    std::uint32_t epoch = 0; ///< of the model
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
  std::array<number, return_model::bins> oldest_in_{};                  ///< bin
  number first_recent_ = 0;                                             ///< the only one that may be recent in part
  std::size_t recent_blocks_ = 0;                                       ///< of it and all younger ones
  std::size_t recent_max_ = 0;                                          ///< blocks
  std::vector<slot_list> with_leaves_ = std::vector<slot_list>(places); ///< by class and bin, oldest first
  slot_links leaf_links_;
  std::vector<std::uint64_t> listed_ =
      std::vector<std::uint64_t>((places + 63) / 64); ///< a bit for each that is not empty
  std::size_t least_place_ = places;                  ///< worth least of those listed; `places`: it is to be looked for
  number oldest_ = 0;                                 ///< of those listed; 0: it is to be looked for
  std::vector<worth> worths_ = std::vector<worth>(places);
};

} // namespace hearth::storage
