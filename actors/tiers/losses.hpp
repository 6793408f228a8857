#pragma once

#include "actors/tiers/offers.hpp"
#include "stats/tally.hpp"
#include "storage/cold/block_store.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace hearth::actors {

/// Lost blocks: accepted, and now in no tier, for another reason than reclaim or erase. This is the operator's real
/// loss. Threads: the owner of `writes`, which outlives it.
class losses {
public:
  /// `store` is null if there is no cold tier.
  losses(const offers& writes, std::shared_ptr<storage::block_store> store, std::shared_ptr<stats::tally> tally)
      : writes_(writes), store_(std::move(store)), tally_(std::move(tally)) {}

  /// Counts a block as lost that leaves the hot tier or the pending writes without having been written. Makes sure that
  /// it does not appear later: a writer that died, or a directory that went away, may have left an append of it in
  /// flight. If that append has succeeded, the block is not lost.
  void lose(const storage::block& item);

  /// Counts these blocks as lost.
  void count(storage::namespace_id name_space, const stats::amount& blocks);

  [[nodiscard]] std::uint64_t times() const noexcept { return times_; } ///< number of losses counted

private:
  const offers& writes_;
  std::shared_ptr<storage::block_store> store_;
  std::shared_ptr<stats::tally> tally_;
  std::uint64_t times_ = 0;
};

} // namespace hearth::actors
