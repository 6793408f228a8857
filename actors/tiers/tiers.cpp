#include "actors/tiers/tiers.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <unordered_set>
#include <utility>

namespace hearth::actors {

using messages::put_outcome;
using stats::drop_reason;
using stats::fail_reason;
using stats::tally_entry;
using storage::block;
using storage::block_key;
using storage::errc;
using storage::failure;
using storage::hot_block;
using storage::namespace_id;
using storage::result;

namespace {

/// Blocks that leave in one step towards a lower hot limit: some milliseconds, in which nobody else is served.
constexpr std::size_t evictions_at_once = 1024;

/// Blocks of a chain that are looked through for one that leaves.
constexpr std::size_t ancestors_at_once = 256;

} // namespace

tiers::tiers(const tiers_config& config, std::shared_ptr<limits_now> limits, std::shared_ptr<storage::hot_index> index,
             std::shared_ptr<storage::block_store> store, std::shared_ptr<messages::gate> writer_gate,
             std::shared_ptr<stats::tally> tally, send_write send, storage::clock_ns clock)
    : config_(config), limits_(std::move(limits)), store_(std::move(store)), writer_gate_(std::move(writer_gate)),
      tally_(std::move(tally)), send_(std::move(send)), clock_(std::move(clock)), budget_(config.budget, clock_()),
      hot_bytes_wanted_(limits_->hot_bytes_max),
      hot_(limits_->hot_bytes_max, storage::make_eviction_policy(config.eviction), std::move(index)) {
  assert(tally_ && (store_ == nullptr) == (writer_gate_ == nullptr));
}

lookup_result tiers::look(const block_key& key) const {
  if (const auto slot = hot_.slot_of(key); slot != storage::no_slot) {
    const auto& hot = hot_.at(slot).item;
    return {place::hot, hot.name_space, hot.payload.size(), hot.payload, slot};
  }
  if (const auto* write = pending_.find(key))
    return {place::pending, write->item.name_space, write->item.payload.size(), write->item.payload, storage::no_slot};
  if (const auto cold = store_ ? store_->find(key) : std::nullopt)
    return {place::cold, cold->name_space, cold->payload_bytes, {}, storage::no_slot};
  return {};
}

lookup_result tiers::look(namespace_id name_space, const block_key& key) const {
  auto seen = look(key);
  return seen.name_space == name_space ? seen : lookup_result{};
}

// --- offers --------------------------------------------------------------------------------------------------------

/// `asked`: somebody has asked for it since it was put, so it is worth more of the write budget.
tiers::disposition tiers::disposition_of(const block& item, bool asked) {
  const messages::load size{1, item.payload.size()};
  if (config_.cut_chains && item.parent && look(*item.parent).where == place::nowhere)
    return disposition::orphan;
  if (writer_gate_->never_admits(size) || store_->never_fits(size.bytes))
    return disposition::too_large;
  if (!writer_up_)
    return disposition::no_writer;
  narrow_queue();
  if (!writer_gate_->open_for(size) || !may_be_pending(size))
    return disposition::full;
  const auto worth = asked ? storage::write_worth::asked : storage::write_worth::untouched;
  return within_budget(size.bytes, worth) ? disposition::admitted : disposition::over_budget;
}

/// The writer's queue holds no more than can be written in time, as fast as the disk was of late.
void tiers::narrow_queue() {
  if (config_.queue_time.count() == 0)
    return;
  if (const auto rate = drain_.bytes_per_second(clock_(), pending_.empty()))
    writer_gate_->narrow(static_cast<std::uint64_t>(static_cast<double>(*rate) *
                                                    std::chrono::duration<double>(config_.queue_time).count()));
}

/// When a writer dies its mailbox is free at once, and what was in it is pending until hot_cache has heard of that.
bool tiers::may_be_pending(const messages::load& size) const {
  const auto& limits = writer_gate_->limits();
  return pending_amount_.blocks + size.slots <= limits.slots_max &&
         pending_amount_.bytes + size.bytes <= limits.bytes_max;
}

/// What reclaim copies on wears the disk as well: the budget owes it before anything else is written.
bool tiers::within_budget(std::uint64_t bytes, storage::write_worth worth) {
  if (config_.budget.bytes_per_second == 0 && config_.budget.bytes_per_day == 0)
    return true;
  const auto copied = store_->activity().reappended_bytes;
  budget_.take(copied - std::exchange(charged_copies_, copied));
  return budget_.allows(store_->record_bytes(bytes), worth, clock_());
}

/// Acts on the disposition: admitted blocks are on their way, orphans and the like are entered as given up. A full
/// mailbox is left to the caller, who knows whether it is a drop, and at which site.
void tiers::offer(const block& item, disposition end) {
  const auto bytes = item.payload.size();
  switch (end) {
  case disposition::spared:
  case disposition::full: break;
  case disposition::orphan: give_up(drop_reason::orphan, item); break;
  case disposition::too_large: give_up(drop_reason::too_large, item); break;
  case disposition::over_budget: give_up(drop_reason::over_budget, item); break;
  case disposition::no_writer:
    ++accidents_;
    count(item.name_space, [&](tally_entry& entry) {
      entry.counters.ledger.offer(bytes);
      entry.counters.ledger.fail(fail_reason::writer_died, bytes);
    });
    break;
  case disposition::admitted:
    assert(requests_open_ > 0);
    auto slot = messages::admit(writer_gate_, {1, bytes});
    assert(slot && "only this object acquires from the writer's gate");
    count(item.name_space, [&](tally_entry& entry) { entry.counters.ledger.offer(bytes); });
    if (pending_.empty())
      drain_.busy_from(clock_());
    pending_amount_.add(bytes);
    budget_.take(store_->record_bytes(bytes));
    const auto& write = pending_.add(item);
    outgoing_.blocks.push_back({write.sequence, write.item, write.ticket});
    outgoing_.slot.absorb(std::move(slot));
    break;
  }
}

tiers::one_request::~one_request() {
  if (--of_.requests_open_ == 0 && !of_.outgoing_.blocks.empty())
    of_.send_(std::exchange(of_.outgoing_, {}));
}

bool tiers::needs_write(const hot_block& item) const {
  return attached() && item.worth_writing() && !store_->find(item.item.key);
}

/// A tail leaves the hot tier before its head, and is of no use on disk without it: what stands before it in its chain
/// and is to be written goes first, as far as there is room. Those blocks stay hot.
void tiers::offer_ancestors(const block& item) {
  if (!writer_up_ || !writer_gate_->open_for({1, item.payload.size()}))
    return;
  std::vector<block_key> unwritten; // deepest first
  for (auto parent = item.parent; parent && unwritten.size() < ancestors_at_once;) {
    const auto* above = hot_.find(*parent);
    if (above == nullptr || !needs_write(*above) || above->item.key == item.key)
      break;
    unwritten.push_back(above->item.key);
    parent = above->item.parent;
  }
  for (; !unwritten.empty(); unwritten.pop_back()) {
    const auto& above = *hot_.find(unwritten.back());
    if (!needs_write(above)) // somebody put blocks that are each other's parents
      continue;
    if (disposition_of(above.item, above.asked) != disposition::admitted)
      return;
    offer(above.item, disposition::admitted);
    set_dirty(unwritten.back(), false);
  }
}

/// With `may_lose` false, nothing leaves whose only copy would go with it. Returns whether the room is there.
/// While the writer takes nothing, blocks that need no write go first, whatever their age.
bool tiers::make_room(std::uint64_t bytes, bool may_lose) {
  while (!hot_.fits(bytes)) {
    const auto* victim = hot_.victim();
    assert(victim != nullptr);
    const bool unwritten = needs_write(*victim);
    if (unwritten)
      offer_ancestors(victim->item);
    auto end = unwritten ? disposition_of(victim->item, victim->asked) : disposition::spared;
    if ((end == disposition::full || end == disposition::no_writer) && hot_.expendable_blocks() > 0) {
      victim = hot_.expendable_victim();
      end = disposition::spared;
    }
    if (!may_lose && end != disposition::spared && end != disposition::admitted)
      return false;
    offer(victim->item, end);
    if (end == disposition::full)
      give_up(drop_reason::evict_full, victim->item);
    if (end != disposition::spared && end != disposition::admitted)
      lose(victim->item);
    count(victim->item.name_space, [](tally_entry& entry) { ++entry.counters.hot_cache_evictions; });
    if (store_ && victim->asked) // its copy, if there is one, was as good as used
      store_->touch(victim->item.key);
    leave_hot(victim->item.key);
  }
  return true;
}

void tiers::give_up(drop_reason reason, const block& item) {
  ++accidents_;
  count(item.name_space, [&](tally_entry& entry) { entry.counters.ledger.give_up(reason, item.payload.size()); });
}

/// What counts as lost must not turn up later: an append of it may still be under way, left behind by a writer that
/// died or a directory that went away. If that one has ended well, nothing is lost.
void tiers::lose(const block& item) {
  if (appends_left_behind_) {
    if (store_->find(item.key))
      return;
    store_->erase(item.key);
  }
  count_lost(item);
}

void tiers::count_lost(const block& item) {
  ++accidents_;
  count(item.name_space, [&](tally_entry& entry) { entry.counters.lost.add(item.payload.size()); });
}

// --- the hot tier, with its gauges ---------------------------------------------------------------------------------

void tiers::keep_hot(block item, bool dirty) {
  const auto bytes = item.payload.size();
  count(item.name_space, [&](tally_entry& entry) {
    entry.gauges.hot.add(bytes);
    if (dirty)
      entry.gauges.dirty.add(bytes);
  });
  hot_.insert(std::move(item), dirty);
}

void tiers::leave_hot(const block_key& key) {
  const auto gone = hot_.erase(key);
  if (!gone)
    return;
  const auto bytes = gone->item.payload.size();
  count(gone->item.name_space, [&](tally_entry& entry) {
    entry.gauges.hot.take(bytes);
    if (gone->dirty)
      entry.gauges.dirty.take(bytes);
  });
}

void tiers::set_dirty(const block_key& key, bool dirty) {
  const auto* item = hot_.find(key);
  if (item == nullptr || item->dirty == dirty)
    return;
  const auto bytes = item->item.payload.size();
  count(item->item.name_space,
        [&](tally_entry& entry) { dirty ? entry.gauges.dirty.add(bytes) : entry.gauges.dirty.take(bytes); });
  dirty ? hot_.mark_dirty(key) : hot_.mark_clean(key);
}

void tiers::reclaimed(const block_key& key) {
  const auto* item = hot_.find(key);
  if (item == nullptr || item->dirty || pending_.find(key) || store_->find(key)) // or written again meanwhile
    return;
  const auto bytes = item->item.payload.size();
  count(item->item.name_space, [&](tally_entry& entry) { entry.gauges.dirty.add(bytes); });
  hot_.mark_reclaimed(key);
}

void tiers::copy_failed(const block_key& key) {
  if (!pending_.find(key) && !store_->find(key))
    set_dirty(key, true);
}

void tiers::promote(block item) {
  const one_request request{*this};
  const auto bytes = item.payload.size();
  if (!attached()) // a read that is late, or early: hot blocks have no other copy that is known of
    return;
  if (look(item.key).where != place::cold || bytes > hot_.bytes_max() || !make_room(bytes, false))
    return;
  count(item.name_space, [](tally_entry& entry) { ++entry.counters.hot_cache_promotions; });
  keep_hot(std::move(item), false);
}

// --- limits --------------------------------------------------------------------------------------------------------

result<void> tiers::check(const messages::tier_limits& wanted) const {
  const auto most = messages::tier_bytes_limit;
  const auto refuse = [](const char* field, std::uint64_t found, const std::string& expected) {
    return failure{errc::invalid_argument,
                   std::string{field} + ": found " + std::to_string(found) + ", expected " + expected};
  };
  if (wanted.cold_bytes_max && !store_)
    return refuse("cold_bytes_max", *wanted.cold_bytes_max, "none: this cache was opened without a cold tier");
  if (wanted.cold_bytes_max && !attached())
    return {errc::io, "cold_bytes_max: the cold tier's directory is gone: set it again when it is back"};
  if (wanted.cold_bytes_max > most)
    return refuse("cold_bytes_max", *wanted.cold_bytes_max, "at most " + std::to_string(most));
  const std::uint64_t least = store_ ? 0 : 1; // a cache needs at least one tier
  if (const auto hot = wanted.hot_bytes_max.value_or(least); hot < least || hot > most)
    return refuse("hot_bytes_max", hot,
                  std::to_string(least) + " to " + std::to_string(most) + (store_ ? "" : ": there is no cold tier"));
  return {};
}

result<void> tiers::limit(const messages::tier_limits& wanted) {
  if (auto valid = check(wanted); !valid)
    return valid;
  if (wanted.cold_bytes_max) { // first: the store may refuse it
    if (const auto taken = store_->limit(*wanted.cold_bytes_max); !taken)
      return failure{taken.code(), "cold_bytes_max: " + taken.error().context};
    limits_->cold_bytes_max = *wanted.cold_bytes_max;
  }
  hot_bytes_wanted_ = wanted.hot_bytes_max.value_or(hot_bytes_wanted_);
  approach_hot_limit();
  return {};
}

bool tiers::approach_hot_limit() {
  const one_request request{*this};
  for (auto left = evictions_at_once; left > 0 && hot_.bytes() > hot_bytes_wanted_; --left)
    make_room(hot_.bytes_max() - hot_.bytes() + 1, true); // one block leaves
  hot_.limit(std::max(hot_bytes_wanted_, hot_.bytes()));
  if (limits_->hot_bytes_max.exchange(hot_.bytes_max()) != hot_.bytes_max())
    limits_->memory.resize(limits_->memory_bytes_max());
  return hot_.bytes_max() == hot_bytes_wanted_;
}

// --- erasing -------------------------------------------------------------------------------------------------------

/// A pending write is cancelled if it has not begun; if it has, it ends as it will, unseen.
void tiers::withdraw(const block_key& key) {
  const auto* write = pending_.find(key);
  if (write == nullptr)
    return;
  if (!write->ticket->cancel()) {
    pending_.hide(key);
    return;
  }
  const auto bytes = write->item.payload.size();
  count(write->item.name_space, [&](tally_entry& entry) { entry.counters.ledger.cancel(bytes); });
  pending_amount_.take(bytes);
  pending_.take(write->sequence);
}

bool tiers::erase(namespace_id name_space, const block_key& key) {
  const auto seen = look(key);
  if (seen.where != place::nowhere && seen.name_space != name_space)
    return false;
  leave_hot(key);
  withdraw(key);
  if (store_)
    store_->erase(key); // also reaches an append in flight that nothing else here knows of any more
  return seen.where != place::nowhere;
}

std::uint64_t tiers::clear(std::optional<namespace_id> name_space) {
  std::unordered_set<block_key, storage::block_key_hash> keys;
  hot_.visit([&](const hot_block& item) {
    if (!name_space || item.item.name_space == *name_space)
      keys.insert(item.item.key);
    return true;
  });
  for (const auto& key : pending_.readable_keys())
    if (!name_space || look(key).name_space == *name_space)
      keys.insert(key);
  for (const auto& key : keys) {
    leave_hot(key);
    withdraw(key);
    if (store_) // now: it may come to be there, or be reclaimed, before the clear below, which counts what is there
      store_->erase(key);
  }
  return keys.size() + (store_ ? store_->clear(name_space) : 0);
}

} // namespace hearth::actors
