#pragma once

#include "actors/tiers/offers.hpp"
#include "stats/tally.hpp"
#include "storage/cold/block_store.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace hearth::actors {

/// Blocks that were accepted and are now in no tier, other than by reclaim or erase: what an operator really loses.
/// Threads: the owner of `writes`, which outlives it.
class losses {
public:
  /// `store` is null if there is no cold tier.
  losses(const offers& writes, std::shared_ptr<storage::block_store> store, std::shared_ptr<stats::tally> tally)
      : writes_(writes), store_(std::move(store)), tally_(std::move(tally)) {}

  /// A block leaves the tiers above the cold one without having been written. It must not turn up later: an append of
  /// it may still be under way, left behind by a writer that died or a directory that went away. If that one has ended
  /// well, nothing is lost.
  void lose(const storage::block& item);

  /// These blocks are lost.
  void count(storage::namespace_id name_space, const stats::amount& blocks);

  [[nodiscard]] std::uint64_t times() const noexcept { return times_; } ///< that something was lost

private:
  const offers& writes_;
  std::shared_ptr<storage::block_store> store_;
  std::shared_ptr<stats::tally> tally_;
  std::uint64_t times_ = 0;
};

} // namespace hearth::actors
