#pragma once

#include "stats/tally.hpp"
#include "storage/hot/hot_tier.hpp"

#include <memory>

namespace hearth::actors {

/// The hot tier with its gauges: every change of what is hot or dirty is entered into the tally as it is made.
/// Invariant: the gauges `hot` and `dirty` of each namespace are what is counted by walking. Threads: one owner; others
/// see its blocks through the index.
class counted_hot_tier : private storage::hot_tier {
public:
  /// Pre: `index` is empty.
  counted_hot_tier(std::uint64_t bytes_max, std::unique_ptr<storage::eviction_policy> policy,
                   std::shared_ptr<storage::hot_index> index, std::shared_ptr<stats::tally> tally)
      : hot_tier(bytes_max, std::move(policy), std::move(index)), tally_(std::move(tally)) {}

  /// The tier, to look at.
  [[nodiscard]] const storage::hot_tier& tier() const noexcept { return *this; }

  // What changes no gauge, as in `hot_tier`.
  using hot_tier::asked;
  using hot_tier::at;
  using hot_tier::begin_chain;
  using hot_tier::blocks;
  using hot_tier::bytes;
  using hot_tier::bytes_max;
  using hot_tier::end_chain;
  using hot_tier::expendable_blocks;
  using hot_tier::expendable_victim;
  using hot_tier::find;
  using hot_tier::fits;
  using hot_tier::last_dirty_number;
  using hot_tier::limit;
  using hot_tier::next_dirty;
  using hot_tier::slot_of;
  using hot_tier::touch;
  using hot_tier::victim;
  using hot_tier::visit;
  using hot_tier::worth_writing_bytes;

  /// Adds a block. Pre: it is not here, and it fits.
  void insert(storage::block item, bool dirty);

  /// Takes a block out. Absent keys are ignored.
  void erase(const storage::block_key& key);

  /// Makes a block dirty or clean. One that is so already stays as it is; absent keys are ignored.
  void mark(const storage::block_key& key, bool dirty);

  /// The cold tier has given up its copy of a block. Pre: it is here, and clean.
  void mark_reclaimed(const storage::block_key& key);

  /// The cold tier knows that a block was asked for. Pre: it is here, and clean.
  void use_passed_on(const storage::block_key& key);

private:
  std::shared_ptr<stats::tally> tally_;
};

} // namespace hearth::actors
