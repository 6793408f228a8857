#include "actors/tiers/losses.hpp"

namespace hearth::actors {

void losses::lose(const storage::block& item) {
  if (writes_.appends_left_behind()) {
    if (store_->find(item.key))
      return;
    store_->erase(item.key);
  }
  count(item.name_space, {1, item.payload.size()});
}

void losses::count(storage::namespace_id name_space, const stats::amount& blocks) {
  ++times_;
  tally_->update(name_space, [&](stats::tally_entry& entry) { entry.counters.lost += blocks; });
}

} // namespace hearth::actors
