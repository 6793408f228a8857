#include "actors/tiers/tiers.hpp"

#include "actors/tiers/put_refusals.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <string>
#include <utility>

namespace hearth::actors {

using messages::put_outcome;
using stats::amount;
using stats::drop_reason;
using stats::tally_entry;
using storage::block;
using storage::block_key;
using storage::errc;
using storage::failure;
using storage::hot_block;
using storage::namespace_id;
using storage::result;

namespace {

/// Blocks evicted per step towards a lower hot limit. A step takes some milliseconds, in which no request is served.
constexpr std::size_t evictions_at_once = 1024;

} // namespace

tiers::tiers(const tiers_config& config, std::shared_ptr<limits_now> limits, std::shared_ptr<storage::hot_index> index,
             std::shared_ptr<storage::block_store> store, std::shared_ptr<messages::gate> writer_gate,
             std::shared_ptr<stats::tally> tally, offers::send_write send, storage::clock_ns clock)
    : config_(config), limits_(std::move(limits)), store_(std::move(store)), tally_(std::move(tally)),
      hot_bytes_wanted_(limits_->hot_bytes_max),
      hot_(limits_->hot_bytes_max, storage::make_eviction_policy(config.eviction), std::move(index), tally_),
      offers_({config.queue_time, config.budget}, store_, std::move(writer_gate), tally_, std::move(send),
              std::move(clock)),
      lookup_(hot_.tier(), offers_.pending(), store_.get()), losses_(offers_, store_, tally_),
      evictions_({hot_, offers_, losses_, lookup_, *limits_, store_.get(), *tally_}, config.cut_chains) {}

// --- put -----------------------------------------------------------------------------------------------------------

std::vector<result<put_outcome>> tiers::put_many(std::vector<block> chain) {
  std::vector<result<put_outcome>> outcomes;
  outcomes.reserve(chain.size());
  const auto request = open_request();
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
      offers_.give_up(drop_reason::too_large, item);
    return {errc::too_large, "a block of " + std::to_string(bytes) + " bytes: block_bytes_max is " +
                                 std::to_string(config_.block_bytes_max)};
  }
  if (const auto seen = lookup_.find(item.key); seen.where != place::nowhere)
    return refresh(item, seen);
  const auto request = open_request();
  if (bytes > hot_.bytes_max())
    return put_cold(item);
  evictions_.make_room(bytes, true);
  const bool dirty = store_ != nullptr;
  if (dirty && !attached())
    store_->erase(item.key); // an older block in the directory must not reappear under this key
  hot_.insert(item, dirty);
  if (attached() && config_.policy == write_policy::through) {
    const auto cold = store_->look_up(item.key, bytes);
    const auto end = evictions_.disposition_of(item, cold, false);
    offers_.offer(item, end, cold.record_bytes);
    if (end == disposition::full)
      offers_.give_up(drop_reason::late_full, item);
    else if (end == disposition::admitted)
      hot_.mark(item.key, false);
  }
  return accept(item, put_outcome::stored);
}

result<put_outcome> tiers::accept(const block& item, put_outcome outcome) {
  count(item.name_space, [](tally_entry& entry) { ++entry.counters.saves; });
  return outcome;
}

/// Keeps the bytes of the first put. The bytes of a cold block are not compared with the new ones.
result<put_outcome> tiers::refresh(const block& item, const lookup_result& seen) {
  if (seen.name_space != item.name_space || seen.bytes != item.payload.size())
    return conflict(item, seen);
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
  const auto cold = store_->look_up(item.key, item.payload.size());
  const auto end = evictions_.disposition_of(item, cold, false);
  offers_.offer(item, end, cold.record_bytes);
  if (end == disposition::admitted)
    return accept(item, put_outcome::stored);
  if (end == disposition::full)
    offers_.give_up(drop_reason::late_full, item);
  return not_admitted(item.payload.size(), end);
}

void tiers::promote(block item) {
  const auto request = open_request();
  const auto bytes = item.payload.size();
  if (!attached()) // the read ended while detached: every hot block must count as the only copy
    return;
  if (lookup_.find(item.key).where != place::cold || bytes > hot_.bytes_max() || !evictions_.make_room(bytes, false))
    return;
  count(item.name_space, [](tally_entry& entry) { ++entry.counters.hot_cache_promotions; });
  hot_.insert(std::move(item), false);
}

/// Recency is stored together with later writes. A power cut may lose some of it, which costs no block.
void tiers::pass_uses_on() {
  std::vector<block_key> used;
  hot_.visit([&](const hot_block& item) {
    if (item.asked && !item.dirty)
      used.push_back(item.item.key);
    return true;
  });
  for (const auto& key : used) {
    store_->touch(key);
    hot_.use_passed_on(key);
  }
}

amount tiers::unwritten() const {
  auto total = offers_.pending_amount();
  total += {hot_.blocks() - hot_.expendable_blocks(), hot_.worth_writing_bytes()};
  return total;
}

// --- end of a write ------------------------------------------------------------------------------------------------

void tiers::settle(std::uint64_t sequence, const result<void>& outcome) {
  const auto write = offers_.settle(sequence, outcome);
  if (!write)
    return;
  if (!outcome.ok())
    take_back(*write, false);
  else if (!write->hidden)
    reclaimed(write->item.key); // it may have been reclaimed before this reply arrived
}

void tiers::writer_died() {
  for (const auto& [write, persisted] : offers_.writer_died()) {
    if (persisted)
      reclaimed(write.item.key);
    else
      take_back(write, true);
  }
}

/// Handles a failed write: the block becomes dirty in the hot tier, or is lost.
void tiers::take_back(const pending_write& write, bool may_enter) {
  if (!write.hidden && !into_hot(write.item, may_enter))
    losses_.lose(write.item);
}

/// Makes an unwritten block dirty in the hot tier, if it is there, or if it fits and may enter. Returns whether it is
/// there.
bool tiers::into_hot(const block& item, bool may_enter) {
  if (hot_.find(item.key) != nullptr)
    hot_.mark(item.key, true);
  else if (may_enter && item.payload.size() <= hot_.bytes_max() && hot_.fits(item.payload.size()))
    hot_.insert(item, true);
  else
    return false;
  return true;
}

void tiers::reclaimed(const block_key& key) {
  const auto* item = hot_.find(key);
  // Not reclaimed, or written again meanwhile.
  if (item == nullptr || item->dirty || pending().find(key) || store_->find(key))
    return;
  hot_.mark_reclaimed(key);
}

void tiers::copy_failed(const block_key& key) {
  if (!pending().find(key) && !store_->find(key))
    hot_.mark(key, true);
}

// --- detach and reattach -------------------------------------------------------------------------------------------

amount tiers::detach(const std::vector<storage::abandoned_block>& gone) {
  offers::key_set written; // written, but the reply is still pending
  std::map<namespace_id, amount> lost;
  for (const auto& [key, entry, sequence] : gone) {
    if (pending().find(key) != nullptr)
      written.insert(key);
    else if (hot_.find(key) != nullptr)
      hot_.mark(key, true);
    else
      lost[entry.name_space].add(entry.payload_bytes);
  }
  for (const auto& ended : offers_.directory_gone(written)) {
    const auto& item = ended.write.item;
    if (!ended.write.hidden && !into_hot(item, true))
      lost[item.name_space].add(item.payload.size());
  }
  amount sum;
  for (const auto& [name_space, blocks] : lost) {
    sum += blocks;
    losses_.count(name_space, blocks);
  }
  limits_->cold_attached = false; // after everything is counted
  return sum;
}

/// Marks hot blocks clean if their copy is back. A cold block with another size or namespace was written by another
/// process: it is removed, and the block put into this cache stays.
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
      hot_.mark(key, false);
    else
      store_->erase(key);
  }
  limits_->cold_attached = true;
}

// --- limits --------------------------------------------------------------------------------------------------------

result<void> tiers::limit(const messages::tier_limits& wanted) {
  if (auto valid = limits_->check(wanted, store_ != nullptr); !valid)
    return valid;
  if (wanted.cold_bytes_max) { // first, because the store may refuse
    if (const auto taken = store_->limit(*wanted.cold_bytes_max); !taken)
      return failure{taken.code(), "cold_bytes_max: " + taken.error().context};
    limits_->cold_bytes_max = *wanted.cold_bytes_max;
  }
  hot_bytes_wanted_ = wanted.hot_bytes_max.value_or(hot_bytes_wanted_);
  approach_hot_limit();
  return {};
}

bool tiers::approach_hot_limit() {
  const auto request = open_request();
  for (auto left = evictions_at_once; left > 0 && hot_.bytes() > hot_bytes_wanted_; --left)
    evictions_.make_room(hot_.bytes_max() - hot_.bytes() + 1, true); // evicts one block
  hot_.limit(std::max(hot_bytes_wanted_, hot_.bytes()));
  if (limits_->hot_bytes_max.exchange(hot_.bytes_max()) != hot_.bytes_max())
    limits_->memory.resize(limits_->memory_bytes_max());
  return hot_.bytes_max() == hot_bytes_wanted_;
}

// --- erase and close -----------------------------------------------------------------------------------------------

bool tiers::erase(namespace_id name_space, const block_key& key) {
  const auto seen = lookup_.find(key);
  if (seen.where != place::nowhere && seen.name_space != name_space)
    return false;
  hot_.erase(key);
  offers_.cancel(key);
  if (store_)
    store_->erase(key); // also erases an append in flight that is not pending here any more
  return seen.where != place::nowhere;
}

std::uint64_t tiers::clear(std::optional<namespace_id> name_space) {
  offers::key_set keys;
  hot_.visit([&](const hot_block& item) {
    if (!name_space || item.item.name_space == *name_space)
      keys.insert(item.item.key);
    return true;
  });
  for (const auto& key : pending().readable_keys())
    if (!name_space || lookup_.find(key).name_space == *name_space)
      keys.insert(key);
  for (const auto& key : keys) {
    hot_.erase(key);
    offers_.cancel(key);
    if (store_) // now: the clear below counts the blocks of the store, and would count this one twice
      store_->erase(key);
  }
  return keys.size() + (store_ ? store_->clear(name_space) : 0);
}

/// Marks hot blocks dirty in reverse eviction order: tails are evicted before their heads, so heads are written first.
messages::clear_reply tiers::clear_cold(std::optional<namespace_id> name_space) {
  std::vector<block_key> hot;
  hot_.visit([&](const hot_block& item) {
    if (!name_space || item.item.name_space == *name_space)
      hot.push_back(item.item.key);
    return true;
  });
  messages::clear_reply done;
  const auto remove = [&](const block_key& key) { // before the clear of the store, as in `clear`
    const bool was_pending = pending().find(key) != nullptr;
    offers_.cancel(key);
    const bool was_cold = store_->erase(key);
    done.removed += was_pending || was_cold ? 1 : 0;
  };
  for (auto key = hot.rbegin(); key != hot.rend(); ++key) {
    remove(*key);
    hot_.mark(*key, true);
  }
  done.still_hot = done.removed;
  for (const auto& key : pending().readable_keys())
    if (!name_space || lookup_.find(key).name_space == *name_space)
      remove(key);
  done.removed += store_->clear(name_space);
  return done;
}

amount tiers::abandon() {
  amount left;
  for (const auto& write : offers_.abandon()) {
    const auto bytes = write.item.payload.size();
    left.add(bytes);
    if (write.hidden)
      continue;
    losses_.count(write.item.name_space, {1, bytes});
    hot_.erase(write.item.key);
  }
  std::vector<block_key> keys;
  for (const auto* item = hot_.next_dirty(0); item != nullptr; item = hot_.next_dirty(item->dirty_number)) {
    keys.push_back(item->item.key);
    const bool stranded = store_ && !attached() && item->worth_writing();
    if (!stranded && !evictions_.unwritten(*item))
      continue;
    const auto bytes = item->item.payload.size();
    left.add(bytes);
    offers_.give_up(!stranded && evictions_.is_orphan(item->item) ? drop_reason::orphan : drop_reason::closing,
                    item->item);
    losses_.count(item->item.name_space, {1, bytes});
  }
  for (const auto& key : keys) // after the loop: erasing a head earlier would make its tails orphans
    hot_.erase(key);
  return left;
}

} // namespace hearth::actors
