#include "actors/tiers/tier_lookup.hpp"

#include <optional>

namespace hearth::actors {

using storage::block_key;

lookup_result tier_lookup::find(const block_key& key) const {
  if (const auto slot = hot_.slot_of(key); slot != storage::no_slot) {
    const auto& hot = hot_.at(slot).item;
    return {place::hot, hot.name_space, hot.payload.size(), hot.payload, slot};
  }
  if (const auto* write = pending_.find(key))
    return {place::pending, write->item.name_space, write->item.payload.size(), write->item.payload, storage::no_slot};
  if (const auto cold = store_ != nullptr ? store_->find(key) : std::nullopt)
    return {place::cold, cold->name_space, cold->payload_bytes, {}, storage::no_slot};
  return {};
}

lookup_result tier_lookup::find(storage::namespace_id name_space, const block_key& key) const {
  auto seen = find(key);
  return seen.name_space == name_space ? seen : lookup_result{};
}

bool tier_lookup::present(const block_key& key) const {
  return hot_.slot_of(key) != storage::no_slot || pending_.find(key) != nullptr ||
         (store_ != nullptr && store_->find(key));
}

} // namespace hearth::actors
