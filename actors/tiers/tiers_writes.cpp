// The part of `tiers` that follows writes to their end: replies, deaths, flushes and closing.
#include "actors/tiers/tiers.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <unordered_set>
#include <utility>
#include <vector>

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
  const bool no_room = outcome.code() == errc::no_space || outcome.code() == errc::too_large; // the limit was lowered
  count_failed(*write, no_room ? fail_reason::no_space : fail_reason::io_error);
  take_back(*write, false);
}

void tiers::persisted(const pending_write& write) {
  count_persisted(write);
  if (!write.hidden)
    reclaimed(write.item.key); // it may have been, before this news came
}

void tiers::count_persisted(const pending_write& write) {
  const auto bytes = write.item.payload.size();
  pending_amount_.take(bytes);
  persisted_.add(bytes);
  drain_.drained(bytes, clock_());
  narrow_queue();
  count(write.item.name_space, [&](tally_entry& entry) { entry.counters.ledger.persist(bytes); });
}

/// A death is no error of the disk.
void tiers::count_failed(const pending_write& write, fail_reason reason) {
  const auto bytes = write.item.payload.size();
  pending_amount_.take(bytes);
  ++accidents_;
  count(write.item.name_space, [&](tally_entry& entry) {
    entry.counters.ledger.fail(reason, bytes);
    entry.counters.errors += reason == fail_reason::writer_died ? 0 : 1;
  });
}

/// The write of a block has failed: it goes back to hot, or is lost.
void tiers::take_back(const pending_write& write, bool may_enter) {
  if (!write.hidden && !into_hot(write.item, may_enter))
    lose(write.item);
}

/// Makes a block whose write came to nothing dirty in the hot tier, if it is there, or fits and may enter.
bool tiers::into_hot(const storage::block& item, bool may_enter) {
  if (hot_.find(item.key) != nullptr)
    set_dirty(item.key, true);
  else if (may_enter && item.payload.size() <= hot_.bytes_max() && hot_.fits(item.payload.size()))
    keep_hot(item, true);
  else
    return false;
  return true;
}

void tiers::writer_died() {
  writer_up_ = false;
  appends_left_behind_ = appends_left_behind_ || !pending_.empty();
  for (const auto& write : pending_.take_all()) {
    if (!write.hidden && store_->find(write.item.key)) { // only the news of its end died with the writer
      persisted(write);
      continue;
    }
    count_failed(write, fail_reason::writer_died);
    take_back(write, true);
  }
}

stats::amount tiers::detach(const std::vector<storage::abandoned_block>& gone) {
  std::unordered_set<block_key, storage::block_key_hash> written; // and the news of it is still on its way
  std::map<storage::namespace_id, stats::amount> lost;
  for (const auto& [key, entry, sequence] : gone) {
    if (pending_.find(key) != nullptr)
      written.insert(key);
    else if (hot_.find(key) != nullptr)
      set_dirty(key, true);
    else
      lost[entry.name_space].add(entry.payload_bytes);
  }
  appends_left_behind_ = appends_left_behind_ || !pending_.empty();
  for (const auto& write : pending_.take_all()) {
    const auto& item = write.item;
    const bool had_been = !write.hidden && written.contains(item.key);
    (void)write.ticket->cancel();
    if (had_been)
      count_persisted(write);
    else
      count_failed(write, fail_reason::io_error);
    if (write.hidden)
      continue;
    if (!into_hot(item, true))
      lost[item.name_space].add(item.payload.size());
  }
  stats::amount sum;
  for (const auto& one : lost) {
    ++accidents_;
    sum += one.second;
    count(one.first, [&](tally_entry& entry) { entry.counters.lost += one.second; });
  }
  limits_->cold_attached = false; // now that all of it is counted
  return sum;
}

/// Hot blocks whose copy is back are clean. One that the directory has otherwise (somebody else has been at work in it)
/// is taken out there: what was put into this cache counts.
void tiers::reattached() {
  std::vector<std::pair<block_key, bool>> found;
  hot_.visit([&](const hot_block& item) {
    if (const auto cold = store_->find(item.item.key))
      found.emplace_back(item.item.key,
                         cold->name_space == item.item.name_space && cold->payload_bytes == item.item.payload.size());
    return true;
  });
  for (const auto& [key, same] : found) {
    if (same)
      set_dirty(key, false);
    else
      store_->erase(key);
  }
  limits_->cold_attached = true;
}

void tiers::offer_from(dirty_range& rest, urgency speed) {
  if (!attached()) {
    rest.after = rest.last; // nothing of it can be written
    return;
  }
  const one_request request{*this};
  for (const auto* item = hot_.next_dirty(rest.after); item != nullptr && item->dirty_number <= rest.last;
       item = hot_.next_dirty(rest.after)) {
    const auto number = item->dirty_number;
    const auto key = item->item.key;
    if (store_->find(key)) {
      set_dirty(key, false);
    } else if (item->worth_writing()) {
      const auto end = disposition_of(item->item, item->asked);
      if (end == disposition::full || end == disposition::no_writer || end == disposition::over_budget ||
          (speed == urgency::half_of_it && half_full()))
        return;
      if (end == disposition::admitted) {
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
  return taken.slots * 2 >= limits.slots_max || taken.bytes * 2 >= writer_gate_->bytes_max_now();
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
    const bool stranded = store_ && !attached() && item->worth_writing();
    if (!stranded && !needs_write(*item))
      continue;
    left.add(item->item.payload.size());
    give_up(!stranded && disposition_of(item->item, item->asked) == disposition::orphan ? drop_reason::orphan
                                                                                        : drop_reason::closing,
            item->item);
    count_lost(item->item);
  }
  for (const auto& key : keys) // after all: a head that had left before would have made orphans of its tails
    leave_hot(key);
  return left;
}

} // namespace hearth::actors
