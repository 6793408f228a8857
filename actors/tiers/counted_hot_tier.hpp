#pragma once

#include "stats/tally.hpp"
#include "storage/hot/hot_tier.hpp"

#include <memory>

namespace hearth::actors {

/// The hot tier with its gauges: every change of hot or dirty blocks enters the tally as it is made. Invariant: the
/// gauges `hot` and `dirty` of each namespace equal a count over all blocks. Threads: one owner; other threads see the
/// blocks through the index.
class counted_hot_tier : private storage::hot_tier {
public:
  /// Pre: `index` is empty.
  counted_hot_tier(std::uint64_t bytes_max, std::unique_ptr<storage::eviction_policy> policy,
                   std::shared_ptr<storage::hot_index> index, std::shared_ptr<stats::tally> tally)
      : hot_tier(bytes_max, std::move(policy), std::move(index)), tally_(std::move(tally)) {}

  /// The tier, for reading only.
  [[nodiscard]] const storage::hot_tier& tier() const noexcept { return *this; }

  // Functions of `hot_tier` that change no gauge.
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

  /// Adds a block. Pre: the block is not here, and it fits.
  void insert(storage::block item, bool dirty);

  /// Removes a block. Ignores absent keys.
  void erase(const storage::block_key& key);

  /// Marks a block dirty or clean. No effect if it is so already, or if the key is absent.
  void mark(const storage::block_key& key, bool dirty);

  /// The cold tier has reclaimed its copy of a block. Pre: the block is here and clean.
  void mark_reclaimed(const storage::block_key& key);

  /// The cold tier knows that the block was requested. Pre: the block is here and clean.
  void use_passed_on(const storage::block_key& key);

private:
  std::shared_ptr<stats::tally> tally_;
};

} // namespace hearth::actors
