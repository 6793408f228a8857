#include "actors/tiers/evictions.hpp"

#include <cassert>
#include <cstddef>
#include <vector>

namespace hearth::actors {

using stats::drop_reason;
using storage::block;
using storage::block_key;
using storage::hot_block;

namespace {

/// Blocks of a chain that are looked through for one that leaves.
constexpr std::size_t ancestors_at_once = 256;

} // namespace

bool evictions::needs_write(const hot_block& item) const {
  return attached() && item.worth_writing() && !parts_.store->find(item.item.key);
}

bool evictions::is_orphan(const block& item) const {
  return cut_chains_ && item.parent && !parts_.lookup.present(*item.parent);
}

disposition evictions::disposition_of(const block& item, bool asked) {
  return is_orphan(item) ? disposition::orphan : parts_.writes.disposition_of(item.payload.size(), asked);
}

bool evictions::make_room(std::uint64_t bytes, bool may_lose) {
  auto& [hot, writes, lost, lookup, limits, store, tally] = parts_;
  while (!hot.fits(bytes)) {
    const auto* victim = hot.victim();
    assert(victim != nullptr);
    const bool unwritten = needs_write(*victim);
    if (unwritten)
      offer_ancestors(victim->item);
    auto end = unwritten ? disposition_of(victim->item, victim->asked) : disposition::spared;
    if ((end == disposition::full || end == disposition::no_writer) && hot.expendable_blocks() > 0) {
      victim = hot.expendable_victim();
      end = disposition::spared;
    }
    if (!may_lose && end != disposition::spared && end != disposition::admitted)
      return false;
    writes.offer(victim->item, end);
    if (end == disposition::full)
      writes.give_up(drop_reason::evict_full, victim->item);
    if (end != disposition::spared && end != disposition::admitted)
      lost.lose(victim->item);
    tally.update(victim->item.name_space, [](stats::tally_entry& entry) { ++entry.counters.hot_cache_evictions; });
    if (store != nullptr && victim->asked) // its copy, if there is one, was as good as used
      store->touch(victim->item.key);
    hot.erase(victim->item.key);
  }
  return true;
}

/// A tail leaves the hot tier before its head, and is of no use on disk without it: what stands before it in its chain
/// and is to be written goes first, as far as there is room. Those blocks stay hot.
void evictions::offer_ancestors(const block& item) {
  auto& hot = parts_.hot;
  if (!parts_.writes.open_for(item.payload.size()))
    return;
  std::vector<block_key> unwritten; // deepest first
  for (auto parent = item.parent; parent && unwritten.size() < ancestors_at_once;) {
    const auto* above = hot.find(*parent);
    if (above == nullptr || !needs_write(*above) || above->item.key == item.key)
      break;
    unwritten.push_back(above->item.key);
    parent = above->item.parent;
  }
  for (; !unwritten.empty(); unwritten.pop_back()) {
    const auto& above = *hot.find(unwritten.back());
    if (!needs_write(above)) // somebody put blocks that are each other's parents
      continue;
    if (disposition_of(above.item, above.asked) != disposition::admitted)
      return;
    parts_.writes.offer(above.item, disposition::admitted);
    hot.mark(unwritten.back(), false);
  }
}

void evictions::offer_from(dirty_range& rest, urgency how) {
  if (!attached()) {
    rest.after = rest.last; // nothing of it can be written
    return;
  }
  auto& hot = parts_.hot;
  const offers::one_request request{parts_.writes};
  for (const auto* item = hot.next_dirty(rest.after); item != nullptr && item->dirty_number <= rest.last;
       item = hot.next_dirty(rest.after)) {
    const auto number = item->dirty_number;
    const auto key = item->item.key;
    if (parts_.store->find(key)) {
      hot.mark(key, false);
    } else if (item->worth_writing()) {
      const auto end = disposition_of(item->item, item->asked);
      if (end == disposition::full || end == disposition::no_writer || end == disposition::over_budget ||
          (how == urgency::half_of_it && parts_.writes.half_full()))
        return;
      if (end == disposition::admitted) {
        parts_.writes.offer(item->item, end);
        hot.mark(key, false);
      }
    }
    rest.after = number;
  }
  rest.after = rest.last;
}

} // namespace hearth::actors
