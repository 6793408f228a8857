// The part of `tiers` that takes blocks in.
#include "actors/tiers/tiers.hpp"

#include <string>
#include <utility>

namespace hearth::actors {

using messages::put_outcome;
using stats::drop_reason;
using stats::tally_entry;
using storage::block;
using storage::errc;
using storage::result;

std::vector<result<put_outcome>> tiers::put_many(std::vector<block> chain) {
  std::vector<result<put_outcome>> outcomes;
  outcomes.reserve(chain.size());
  const one_request request{*this};
  hot_.begin_chain();
  for (auto& item : chain)
    outcomes.push_back(put(std::move(item)));
  hot_.end_chain();
  return outcomes;
}

result<put_outcome> tiers::put(block item) {
  const auto bytes = item.payload.size();
  if (bytes == 0)
    return {errc::invalid_argument, "an empty payload: a block has 1 byte or more"};
  if (bytes > config_.block_bytes_max) {
    if (store_)
      give_up(drop_reason::too_large, item);
    return {errc::too_large, "a block of " + std::to_string(bytes) + " bytes: block_bytes_max is " +
                                 std::to_string(config_.block_bytes_max)};
  }
  if (const auto seen = look(item.key); seen.where != place::nowhere)
    return refresh(item, seen);
  const one_request request{*this};
  if (bytes > hot_.bytes_max())
    return put_cold(item);
  make_room(bytes, true);
  const bool dirty = store_ != nullptr;
  if (dirty && !attached())
    store_->erase(item.key); // what the directory has under this key is older: it must not come back
  keep_hot(item, dirty);
  if (attached() && config_.policy == write_policy::through) {
    const auto end = disposition_of(item, false);
    offer(item, end);
    if (end == disposition::full)
      give_up(drop_reason::late_full, item);
    else if (end == disposition::admitted)
      set_dirty(item.key, false);
  }
  return accept(item, put_outcome::stored);
}

result<put_outcome> tiers::accept(const block& item, put_outcome outcome) {
  count(item.name_space, [](tally_entry& entry) { ++entry.counters.saves; });
  return outcome;
}

/// The bytes stay those of the put that made the block: of a cold one nobody has compared them.
result<put_outcome> tiers::refresh(const block& item, const lookup_result& seen) {
  if (seen.name_space != item.name_space || seen.bytes != item.payload.size())
    return {errc::conflict, "key " + to_hex(item.key) + " is there with " + std::to_string(seen.bytes) +
                                " bytes in namespace " + std::to_string(seen.name_space) + ", put with " +
                                std::to_string(item.payload.size()) + " bytes in namespace " +
                                std::to_string(item.name_space) + ": erase it first, or use a key of its own"};
  if (seen.where == place::hot)
    hot_.touch(seen.slot);
  if (seen.where == place::cold)
    store_->touch(item.key);
  return accept(item, put_outcome::refreshed);
}

result<put_outcome> tiers::put_cold(const block& item) {
  const auto size = "a block of " + std::to_string(item.payload.size()) + " bytes";
  if (!store_)
    return {errc::too_large,
            size + ": hot_bytes_max is " + std::to_string(hot_.bytes_max()) + " and there is no cold tier"};
  if (!attached())
    return {errc::overloaded,
            size + " does not fit the hot tier, and the cold tier's directory is gone: try again later"};
  const auto end = disposition_of(item, false);
  offer(item, end);
  switch (end) {
  case disposition::admitted: return accept(item, put_outcome::stored);
  case disposition::full:
    give_up(drop_reason::late_full, item);
    return {errc::overloaded, "late_full: the writer's mailbox is full; try again later"};
  case disposition::orphan: return {errc::orphan, "its parent is in no tier: put the chain from its head"};
  case disposition::too_large:
    return {errc::too_large, size + " fits neither the hot tier nor the writer's mailbox and the cold tier"};
  case disposition::over_budget: return {errc::overloaded, "over_budget: the write budget is used up; try again later"};
  case disposition::no_writer:
  case disposition::spared: break;
  }
  return {errc::overloaded, "the writer died and is being replaced: try again later"};
}

} // namespace hearth::actors
