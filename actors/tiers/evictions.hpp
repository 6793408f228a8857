#pragma once

#include "actors/tiers/counted_hot_tier.hpp"
#include "actors/tiers/dirty_range.hpp"
#include "actors/tiers/limits_now.hpp"
#include "actors/tiers/losses.hpp"
#include "actors/tiers/offers.hpp"
#include "actors/tiers/tier_lookup.hpp"
#include "stats/tally.hpp"
#include "storage/cold/block_store.hpp"

#include <cstdint>
#include <optional>

namespace hearth::actors {

/// How much of the writer's mailbox an offer ahead of need may fill.
enum class urgency : std::uint8_t {
  all_of_it,  ///< flush: as much as there is
  half_of_it, ///< idle cleaning: evictions must find room
};

/// What the evictions work on; all of it outlives them. `store` is null if there is no cold tier.
struct eviction_parts {
  counted_hot_tier& hot;
  offers& writes;
  losses& lost;
  const tier_lookup& lookup;
  const limits_now& limits;
  storage::block_store* store;
  stats::tally& tally;
};

/// Which block leaves the hot tier, which ones are offered to the writer before that, and in what order. Blocks that
/// are offered ahead of need stay hot, and are clean. Threads: the owner of the parts.
class evictions {
public:
  /// `cut_chains`: orphans are not written.
  evictions(const eviction_parts& parts, bool cut_chains) : parts_(parts), cut_chains_(cut_chains) {}

  /// Makes room for `bytes` in the hot tier. With `may_lose` false, nothing leaves whose only copy would go with it.
  /// Returns whether the room is there. While the writer takes nothing, blocks that need no write go first, whatever
  /// their age. Pre: `bytes` are no more than the hot tier's limit; a request for offers is open.
  bool make_room(std::uint64_t bytes, bool may_lose);

  /// See `tiers::offer_from`.
  void offer_from(dirty_range& rest, urgency how);

  /// What the cold tier answers about a block that must be written before it leaves the hot tier; nothing if it need
  /// not be. One crossing into the cold tier: pass the answer on.
  [[nodiscard]] std::optional<storage::cold_lookup> unwritten(const storage::hot_block& item) const;

  /// What would become of a block if it were offered now. `cold` is what the cold tier answers about it; `asked`:
  /// somebody has asked for it since it was put.
  [[nodiscard]] disposition disposition_of(const storage::block& item, const storage::cold_lookup& cold, bool asked);

  /// Whether it could not be used on disk: its parent is in no tier.
  [[nodiscard]] bool is_orphan(const storage::block& item) const;

  /// Whether blocks are written: there is a cold tier, and its directory is there.
  [[nodiscard]] bool attached() const noexcept { return parts_.store != nullptr && parts_.limits.cold_attached; }

private:
  void offer_ancestors(const storage::block& item);

  eviction_parts parts_;
  bool cut_chains_;
};

} // namespace hearth::actors
