#include "actors/tiers/counted_hot_tier.hpp"

#include <cassert>
#include <utility>

namespace hearth::actors {

using stats::tally_entry;
using storage::block_key;

void counted_hot_tier::insert(storage::block item, bool dirty) {
  const auto bytes = item.payload.size();
  tally_->update(item.name_space, [&](tally_entry& entry) {
    entry.gauges.hot.add(bytes);
    if (dirty)
      entry.gauges.dirty.add(bytes);
  });
  hot_tier::insert(std::move(item), dirty);
}

void counted_hot_tier::erase(const block_key& key) {
  const auto gone = hot_tier::erase(key);
  if (!gone)
    return;
  const auto bytes = gone->item.payload.size();
  tally_->update(gone->item.name_space, [&](tally_entry& entry) {
    entry.gauges.hot.take(bytes);
    if (gone->dirty)
      entry.gauges.dirty.take(bytes);
  });
}

void counted_hot_tier::mark(const block_key& key, bool dirty) {
  const auto* item = find(key);
  if (item == nullptr || item->dirty == dirty)
    return;
  const auto bytes = item->item.payload.size();
  tally_->update(item->item.name_space,
                 [&](tally_entry& entry) { dirty ? entry.gauges.dirty.add(bytes) : entry.gauges.dirty.take(bytes); });
  dirty ? mark_dirty(key) : mark_clean(key);
}

void counted_hot_tier::mark_reclaimed(const block_key& key) {
  const auto* item = find(key);
  assert(item != nullptr && !item->dirty);
  const auto bytes = item->item.payload.size();
  tally_->update(item->item.name_space, [&](tally_entry& entry) { entry.gauges.dirty.add(bytes); });
  hot_tier::mark_reclaimed(key);
}

void counted_hot_tier::use_passed_on(const block_key& key) {
  assert(find(key) != nullptr && !find(key)->dirty);
  mark_clean(key);
}

} // namespace hearth::actors
