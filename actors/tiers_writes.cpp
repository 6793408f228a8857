// The part of `tiers` that follows writes to their end: replies, deaths, flushes and closing.
#include "actors/tiers.hpp"

#include <algorithm>
#include <cassert>
#include <unordered_set>
#include <utility>

namespace hearth::actors {

using stats::drop_reason;
using stats::fail_reason;
using stats::tally_entry;
using storage::block_key;
using storage::errc;
using storage::hot_block;

void tiers::settle(std::uint64_t sequence, const storage::result<void>& outcome) {
  const auto write = pending_.take(sequence);
  if (!write)
    return;
  const auto bytes = write->item.payload.size();
  pending_amount_.take(bytes);
  if (outcome.ok()) {
    persisted_.add(bytes);
    count(write->item.name_space, [&](tally_entry& entry) { entry.counters.ledger.persist(bytes); });
    return;
  }
  ++accidents_;
  const auto reason = outcome.code() == errc::no_space ? fail_reason::no_space : fail_reason::io_error;
  count(write->item.name_space, [&](tally_entry& entry) {
    entry.counters.ledger.fail(reason, bytes);
    ++entry.counters.errors;
  });
  take_back(*write, false);
}

/// The write of a block has failed. A block that is still hot is dirty again; one that is not enters the hot tier if it
/// fits and may, and is lost otherwise.
void tiers::take_back(const pending_write& write, bool into_hot) {
  const auto& item = write.item;
  if (write.hidden)
    return;
  if (hot_.find(item.key) != nullptr)
    set_dirty(item.key, true);
  else if (into_hot && item.payload.size() <= hot_.bytes_max() && hot_.fits(item.payload.size()))
    keep_hot(item, true);
  else
    lose(item);
}

void tiers::writer_died() {
  writer_up_ = false;
  for (const auto& write : pending_.take_all()) {
    const auto& [key, name_space, parent, payload] = write.item;
    const auto bytes = payload.size();
    pending_amount_.take(bytes);
    if (!write.hidden && store_->find(key)) { // only the news of its end died with the writer
      persisted_.add(bytes);
      count(name_space, [&](tally_entry& entry) { entry.counters.ledger.persist(bytes); });
      continue;
    }
    ++accidents_;
    count(name_space, [&](tally_entry& entry) { entry.counters.ledger.fail(fail_reason::writer_died, bytes); });
    take_back(write, true);
    if (!write.hidden && !hot_.find(key)) // an append of it may still be under way: what counts as lost must not turn up later
      store_->erase(key);
  }
}

std::deque<block_key> tiers::dirty_keys() const {
  std::deque<block_key> ordered;
  std::unordered_set<block_key, storage::block_key_hash> seen;
  std::vector<block_key> chain;
  hot_.visit([&](const hot_block& item) {
    // Climb from the block to the first ancestor that is clean or listed already, then list the chain from its head.
    for (const auto* at = &item; at != nullptr && at->dirty && seen.insert(at->item.key).second;
         at = at->item.parent ? hot_.find(*at->item.parent) : nullptr)
      chain.push_back(at->item.key);
    ordered.insert(ordered.end(), chain.rbegin(), chain.rend());
    chain.clear();
    return true;
  });
  return ordered;
}

void tiers::offer_from(std::deque<block_key>& queue, haste speed) {
  for (; !queue.empty(); queue.pop_front()) {
    const auto* item = hot_.find(queue.front());
    if (item == nullptr || !item->dirty || (speed == haste::half_of_it && !item->worth_writing()))
      continue;
    if (store_->find(queue.front())) {
      set_dirty(queue.front(), false);
      continue;
    }
    const auto end = fate_of(item->item);
    if (end == fate::full || end == fate::no_writer || (speed == haste::half_of_it && half_full()))
      return;
    if (end == fate::admitted) {
      offer(item->item, end);
      set_dirty(queue.front(), false);
    }
  }
}

void tiers::pass_uses_on() {
  std::vector<block_key> used;
  hot_.visit([&](const hot_block& item) {
    if (item.asked && !item.dirty)
      used.push_back(item.item.key);
    return true;
  });
  for (const auto& key : used) {
    store_->touch(key);
    hot_.mark_clean(key);
  }
}

bool tiers::half_full() const {
  const auto taken = writer_gate_->taken();
  const auto& limits = writer_gate_->limits();
  return taken.slots * 2 >= limits.slots_max || taken.bytes * 2 >= limits.bytes_max;
}

stats::amount tiers::unwritten() const {
  auto total = dirty_;
  total += pending_amount_;
  return total;
}

stats::amount tiers::abandon() {
  stats::amount left;
  for (const auto& write : pending_.take_all()) {
    const auto bytes = write.item.payload.size();
    (void)write.ticket->cancel(); // one that has begun may still reach the disk; it is not waited for
    ++accidents_;
    count(write.item.name_space, [&](tally_entry& entry) { entry.counters.ledger.drop(drop_reason::closing, bytes); });
    pending_amount_.take(bytes);
    left.add(bytes);
    if (write.hidden)
      continue;
    lose(write.item);
    leave_hot(write.item.key);
  }
  auto keys = dirty_keys();
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) { // tails first: a head that left would make orphans of them
    const auto& item = *hot_.find(*key);
    if (needs_write(item)) {
      left.add(item.item.payload.size());
      give_up(fate_of(item.item) == fate::orphan ? drop_reason::orphan : drop_reason::closing, item.item);
      lose(item.item);
    }
    leave_hot(*key);
  }
  return left;
}

} // namespace hearth::actors
