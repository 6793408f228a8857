#pragma once

#include "actors/tiers/pending_writes.hpp"
#include "storage/cold/block_store.hpp"
#include "storage/hot/hot_tier.hpp"

#include <cstdint>

namespace hearth::actors {

/// Lookup result: the first tier that has the block, and what is known of the block without I/O.
enum class place : std::uint8_t { nowhere, hot, pending, cold };
struct lookup_result {
  place where = place::nowhere;
  storage::namespace_id name_space = 0;
  std::uint64_t bytes = 0;
  storage::buffer payload;                     ///< hot and pending blocks only
  storage::block_slot slot = storage::no_slot; ///< hot blocks only
};

/// Tier lookup: finds blocks in the tiers, in the order hot, pending, cold. Changes nothing and does not count as use.
/// Threads: the owner of the tiers, which outlive it.
class tier_lookup {
public:
  /// `store` is null if there is no cold tier.
  tier_lookup(const storage::hot_tier& hot, const pending_writes& pending, const storage::block_store* store)
      : hot_(hot), pending_(pending), store_(store) {}

  /// The block of `key`, in any namespace.
  [[nodiscard]] lookup_result find(const storage::block_key& key) const;

  /// The block of `key`, if it belongs to `name_space`.
  [[nodiscard]] lookup_result find(storage::namespace_id name_space, const storage::block_key& key) const;

  /// Whether any tier has the block.
  [[nodiscard]] bool present(const storage::block_key& key) const;

private:
  const storage::hot_tier& hot_;
  const pending_writes& pending_;
  const storage::block_store* store_;
};

} // namespace hearth::actors
