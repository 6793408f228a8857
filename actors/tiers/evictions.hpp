#pragma once

#include "actors/tiers/counted_hot_tier.hpp"
#include "actors/tiers/dirty_range.hpp"
#include "actors/tiers/limits_now.hpp"
#include "actors/tiers/losses.hpp"
#include "actors/tiers/offers.hpp"
#include "actors/tiers/tier_lookup.hpp"
#include "messages/host_messages.hpp"
#include "stats/tally.hpp"
#include "storage/cold/block_store.hpp"

#include <cstdint>
#include <optional>

namespace hearth::actors {

/// Share of the writer's mailbox that an offer ahead of need may fill.
enum class urgency : std::uint8_t {
  all_of_it,  ///< flush: all the room there is
  half_of_it, ///< idle cleaning: leaves room for evictions
};

/// Objects that `evictions` works on; all outlive it. `store` is null if there is no cold tier.
struct eviction_parts {
  counted_hot_tier& hot;
  offers& writes;
  losses& lost;
  const tier_lookup& lookup;
  const limits_now& limits;
  storage::block_store* store;
  stats::tally& tally;
};

/// Evictions: decides which block leaves the hot tier, which blocks are offered to the writer before that, and in what
/// order. Blocks offered ahead of need stay hot and become clean. Threads: the owner of the parts.
class evictions {
public:
  /// `cut_chains`: do not write orphans.
  evictions(const eviction_parts& parts, bool cut_chains) : parts_(parts), cut_chains_(cut_chains) {}

  /// Makes room for `bytes` in the hot tier. Returns whether there is room. With `may_lose` false, a block does not
  /// leave if it is the only copy. While the writer takes no block, blocks that need no write leave first, whatever
  /// their age. Pre: `bytes` is at most the hot tier's limit; an `offers::one_request` is open.
  bool make_room(std::uint64_t bytes, bool may_lose);

  /// See `tiers::clear_hot`.
  messages::clear_reply clear(std::optional<storage::namespace_id> name_space);

  /// See `tiers::offer_from`.
  void offer_from(dirty_range& rest, urgency how);

  /// The cold tier's answer about a block that must be written before it leaves the hot tier; not set if the block
  /// needs no write. Costs one call into the cold tier: pass the answer on.
  [[nodiscard]] std::optional<storage::cold_lookup> unwritten(const storage::hot_block& item) const;

  /// Disposition of a block if it were offered now. `cold`: the cold tier's answer about it. `asked`: the block was
  /// requested since it was put.
  [[nodiscard]] disposition disposition_of(const storage::block& item, const storage::cold_lookup& cold, bool asked);

  /// Whether the block would be useless on disk: its parent is in no tier. Always false without `cut_chains`.
  [[nodiscard]] bool is_orphan(const storage::block& item) const;

  /// Whether blocks can be written: there is a cold tier, and its directory is there.
  [[nodiscard]] bool attached() const noexcept { return parts_.store != nullptr && parts_.limits.cold_attached; }

private:
  void offer_ancestors(const storage::block& item);
  [[nodiscard]] bool hand_over(const storage::hot_block& one, bool& may_offer);

  eviction_parts parts_;
  bool cut_chains_;
};

} // namespace hearth::actors
