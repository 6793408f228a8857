#include "actors/tiers/evictions.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace hearth::actors {

using stats::drop_reason;
using storage::block;
using storage::block_key;
using storage::cold_lookup;
using storage::hot_block;

namespace {

/// Most ancestors examined per evicted block.
constexpr std::size_t ancestors_at_once = 256;

} // namespace

std::optional<cold_lookup> evictions::unwritten(const hot_block& item) const {
  if (!attached() || !item.worth_writing())
    return std::nullopt;
  auto cold = parts_.store->look_up(item.item.key, item.item.payload.size());
  return cold.entry ? std::nullopt : std::optional{cold};
}

bool evictions::is_orphan(const block& item) const {
  return cut_chains_ && item.parent && !parts_.lookup.present(*item.parent);
}

disposition evictions::disposition_of(const block& item, const cold_lookup& cold, bool asked) {
  return is_orphan(item) ? disposition::orphan : parts_.writes.disposition_of(item.payload.size(), cold, asked);
}

bool evictions::make_room(std::uint64_t bytes, bool may_lose) {
  auto& [hot, writes, lost, lookup, limits, store, tally] = parts_;
  while (!hot.fits(bytes)) {
    const auto* victim = hot.victim();
    assert(victim != nullptr);
    const auto cold = unwritten(*victim);
    if (cold)
      offer_ancestors(victim->item);
    auto end = cold ? disposition_of(victim->item, *cold, victim->asked) : disposition::spared;
    if ((end == disposition::full || end == disposition::no_writer) && hot.expendable_blocks() > 0) {
      victim = hot.expendable_victim();
      end = disposition::spared;
    }
    if (!may_lose && end != disposition::spared && end != disposition::admitted)
      return false;
    writes.offer(victim->item, end, cold ? cold->record_bytes : 0);
    if (end == disposition::full)
      writes.give_up(drop_reason::evict_full, victim->item);
    if (end != disposition::spared && end != disposition::admitted)
      lost.lose(victim->item);
    tally.update(victim->item.name_space, [](stats::tally_entry& entry) { ++entry.counters.hot_cache_evictions; });
    if (end == disposition::spared && store != nullptr && victim->asked) // a hot hit counts as use of the cold copy
      store->touch(victim->item.key);
    hot.erase(victim->item.key);
  }
  return true;
}

/// A tail leaves the hot tier before its head, but is useless on disk without it. So its unwritten ancestors are
/// offered first, as far as there is room. They stay hot.
void evictions::offer_ancestors(const block& item) {
  auto& hot = parts_.hot;
  if (!parts_.writes.open_for(item.payload.size()))
    return;
  std::vector<std::pair<block_key, cold_lookup>> above; // deepest first
  for (auto parent = item.parent; parent && above.size() < ancestors_at_once;) {
    const auto* next = hot.find(*parent);
    const auto cold = next != nullptr ? unwritten(*next) : std::nullopt;
    if (!cold || next->item.key == item.key)
      break;
    above.emplace_back(next->item.key, *cold);
    parent = next->item.parent;
  }
  for (; !above.empty(); above.pop_back()) {
    const auto& [key, cold] = above.back();
    const auto& ancestor = *hot.find(key);
    if (!ancestor.worth_writing()) // cycle: blocks that are each other's parents
      continue;
    if (disposition_of(ancestor.item, cold, ancestor.asked) != disposition::admitted)
      return;
    parts_.writes.offer(ancestor.item, disposition::admitted, cold.record_bytes);
    hot.mark(key, false);
  }
}

/// Clean blocks leave first, then dirty ones in the order in which they became dirty: heads before tails.
messages::clear_reply evictions::clear(std::optional<storage::namespace_id> name_space) {
  auto& hot = parts_.hot;
  std::vector<std::pair<std::uint64_t, block_key>> chosen;
  hot.visit([&](const hot_block& one) {
    if (!name_space || one.item.name_space == *name_space)
      chosen.emplace_back(std::uint64_t{one.dirty_number}, one.item.key);
    return true;
  });
  std::ranges::stable_sort(chosen, {}, [](const auto& one) { return one.first; });
  messages::clear_reply done;
  const offers::one_request request{parts_.writes};
  bool may_offer = attached();
  for (const auto& [number, key] : chosen) {
    if (!hand_over(*hot.find(key), may_offer)) {
      ++done.still_hot;
      continue;
    }
    hot.erase(key);
    ++done.removed;
  }
  return done;
}

/// Whether a block may leave the cleared hot tier: another tier has it, or the writer takes it now, or there is no cold
/// tier. Unsets `may_offer` at the first block that has to wait for the writer: no tail is written before its head.
bool evictions::hand_over(const hot_block& one, bool& may_offer) {
  auto& [hot, writes, lost, lookup, limits, store, tally] = parts_;
  if (store == nullptr || writes.pending().find(one.item.key) != nullptr)
    return true;
  const auto cold = store->look_up(one.item.key, one.item.payload.size());
  if (attached() && cold.entry) {
    if (one.asked) // a hot hit counts as use of the cold copy
      store->touch(one.item.key);
    return true;
  }
  if (!may_offer)
    return false;
  const auto end = disposition_of(one.item, cold, one.asked);
  may_offer = end == disposition::admitted || end == disposition::orphan || end == disposition::too_large;
  if (end == disposition::admitted)
    writes.offer(one.item, end, cold.record_bytes);
  return end == disposition::admitted;
}

void evictions::offer_from(dirty_range& rest, urgency how) {
  if (!attached()) {
    rest.after = rest.last; // nothing can be written
    return;
  }
  auto& hot = parts_.hot;
  const offers::one_request request{parts_.writes};
  for (const auto* item = hot.next_dirty(rest.after); item != nullptr && item->dirty_number <= rest.last;
       item = hot.next_dirty(rest.after)) {
    const auto number = item->dirty_number;
    const auto key = item->item.key;
    const auto cold = parts_.store->look_up(key, item->item.payload.size());
    if (cold.entry) {
      hot.mark(key, false);
    } else if (item->worth_writing()) {
      const auto end = disposition_of(item->item, cold, item->asked);
      if (end == disposition::full || end == disposition::no_writer || end == disposition::over_budget ||
          (how == urgency::half_of_it && parts_.writes.half_full()))
        return;
      if (end == disposition::admitted) {
        parts_.writes.offer(item->item, end, cold.record_bytes);
        hot.mark(key, false);
      }
    }
    rest.after = number;
  }
  rest.after = rest.last;
}

} // namespace hearth::actors
