// The part of `tiers` that follows writes to their end: replies, deaths, flushes and closing.
#include "actors/tiers.hpp"

#include <algorithm>
#include <cassert>
#include <vector>
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
  if (outcome.ok())
    return persisted(*write);
  const auto bytes = write->item.payload.size();
  pending_amount_.take(bytes);
  ++accidents_;
  const bool no_room = outcome.code() == errc::no_space || outcome.code() == errc::too_large; // the limit was lowered
  const auto reason = no_room ? fail_reason::no_space : fail_reason::io_error;
  count(write->item.name_space, [&](tally_entry& entry) {
    entry.counters.ledger.fail(reason, bytes);
    ++entry.counters.errors;
  });
  take_back(*write, false);
}

void tiers::persisted(const pending_write& write) {
  const auto bytes = write.item.payload.size();
  pending_amount_.take(bytes);
  persisted_.add(bytes);
  count(write.item.name_space, [&](tally_entry& entry) { entry.counters.ledger.persist(bytes); });
  if (!write.hidden)
    reclaimed(write.item.key); // it may have been, before this news came
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
    if (!write.hidden && store_->find(key)) { // only the news of its end died with the writer
      persisted(write);
      continue;
    }
    const auto bytes = payload.size();
    pending_amount_.take(bytes);
    ++accidents_;
    count(name_space, [&](tally_entry& entry) { entry.counters.ledger.fail(fail_reason::writer_died, bytes); });
    take_back(write, true);
  }
}

void tiers::offer_from(dirty_range& rest, haste speed) {
  for (const auto* item = hot_.next_dirty(rest.after); item != nullptr && item->dirty_number <= rest.last;
       item = hot_.next_dirty(rest.after)) {
    const auto number = item->dirty_number;
    const auto key = item->item.key;
    if (store_->find(key)) {
      set_dirty(key, false);
    } else if (item->worth_writing()) {
      const auto end = fate_of(item->item, item->asked);
      if (end == fate::full || end == fate::no_writer || end == fate::over_budget ||
          (speed == haste::half_of_it && half_full()))
        return;
      if (end == fate::admitted) {
        offer(item->item, end);
        set_dirty(key, false);
      }
    }
    rest.after = number;
  }
  rest.after = rest.last;
}

/// Stored beside what follows: after a power cut some of it may be missing, which costs no block.
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
  auto total = pending_amount_;
  total += {hot_.blocks() - hot_.expendable_blocks(), hot_.worth_writing_bytes()};
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
    count_lost(write.item);
    leave_hot(write.item.key);
  }
  std::vector<block_key> keys;
  for (const auto* item = hot_.next_dirty(0); item != nullptr; item = hot_.next_dirty(item->dirty_number)) {
    keys.push_back(item->item.key);
    if (!needs_write(*item))
      continue;
    left.add(item->item.payload.size());
    give_up(fate_of(item->item, item->asked) == fate::orphan ? drop_reason::orphan : drop_reason::closing, item->item);
    count_lost(item->item);
  }
  for (const auto& key : keys) // after all: a head that had left before would have made orphans of its tails
    leave_hot(key);
  return left;
}

} // namespace hearth::actors
