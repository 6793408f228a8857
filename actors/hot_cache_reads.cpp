// The read path of hot_cache: from a chain of keys to the longest run of verified blocks.
#include "actors/hot_cache_state.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace hearth::actors {

using stats::tally_entry;
using storage::errc;

namespace {

/// Between two looks at what was read without asking. With eight threads at full speed, and 80 ns a block, that is a
/// tenth of a core.
constexpr std::chrono::milliseconds learn_every{10};

} // namespace

/// Reserves the read of one more cold block, unless one is in flight already. False: the reader has no room.
bool hot_cache_state::plan_cold_read(prefix_plan& plan, const cold_read& read, std::uint64_t bytes,
                                     const read_waiter& who) {
  if (!reads_.join(read.key, who)) {
    if (!reader_)
      return false;
    const auto& gate = peers_.reader_gate;
    // A block from a run with larger limits may be larger than the mailbox: then it goes alone.
    auto slot = messages::admit(gate, {1, std::min(bytes, gate->limits().bytes_max)});
    if (!slot)
      return false;
    plan.read_slot.absorb(std::move(slot));
    plan.read_bytes += bytes;
    if (plan.reads.empty())
      plan.batch = reads_.begin();
    reads_.add(plan.batch, read, who);
    plan.reads.push_back(read.key);
  }
  plan.cold.push_back(who.index);
  return true;
}

/// The part of the run, from the head on, that is hot and within the limit: most of what is asked for, at the least
/// cost. Returns its bytes.
std::uint64_t hot_cache_state::plan_hot_run(const messages::get_prefix_request& x, std::uint64_t bytes_max,
                                            prefix_plan& plan, std::vector<storage::block_slot>& hot) const {
  std::uint64_t bytes = 0;
  for (const auto& key : x.keys) {
    const auto slot = tiers_.hot().slot_of(key);
    if (slot == storage::no_slot)
      break;
    const auto& item = tiers_.hot().at(slot).item;
    if (item.name_space != x.name_space || (!hot.empty() && bytes + item.payload.size() > bytes_max))
      break;
    bytes += item.payload.size();
    plan.blocks.push_back(item.payload);
    hot.push_back(slot);
  }
  return bytes;
}

/// Walks the chain through the index, without I/O. Counts what was found where, and what is absent; a cold block of the
/// run counts when its read has ended. Keys behind a truncation have not been asked for.
hot_cache_state::prefix_plan hot_cache_state::plan_prefix(const messages::get_prefix_request& x, std::uint64_t waiter) {
  prefix_plan plan;
  stats::counters found;
  plan.blocks.reserve(x.keys.size());
  std::vector<storage::block_slot> hot; // of the blocks of the run that are
  hot.reserve(x.keys.size());
  const auto lease = peers_.limits->lease_bytes_max();
  const auto bytes_max = x.bytes_max == 0 ? lease : std::min(x.bytes_max, lease);
  auto bytes = plan_hot_run(x, bytes_max, plan, hot);
  found.hot_cache_hits = plan.blocks.size();
  bool whole = true; // no hole yet
  for (auto i = plan.blocks.size(); i < x.keys.size() && !plan.truncated; ++i) {
    auto seen = tiers_.look(x.name_space, x.keys[i]);
    whole = whole && seen.where != place::nowhere;
    const bool too_much = whole && i > 0 && (bytes += seen.bytes) > bytes_max;
    if (too_much || (whole && seen.where == place::cold &&
                     !plan_cold_read(plan, {x.keys[i], x.name_space}, seen.bytes, {waiter, i}))) {
      plan.truncated = true;
      break;
    }
    if (i == 0)
      bytes = seen.bytes;
    found.misses += seen.where == place::nowhere ? 1 : 0;
    found.hot_cache_hits += seen.where == place::hot ? 1 : 0;
    found.pending_hits += seen.where == place::pending ? 1 : 0;
    found.cold_hits += seen.where == place::cold && !whole ? 1 : 0;
    if (!whole)
      continue;
    plan.blocks.push_back(std::move(seen.payload));
    hot.push_back(seen.slot);
  }
  tiers_.asked(x.keys);
  touch(hot);
  peers_.tally->update(x.name_space, [&](tally_entry& entry) { entry.counters += found; });
  return plan;
}

/// What threads have copied out by themselves counts as use now. Returns how many blocks that were.
std::size_t hot_cache_state::learn_of_reads() {
  return peers_.read_notes->take([this](std::span<const storage::block_key> chain) {
    tiers_.asked(chain);
    std::vector<storage::block_slot> hot;
    hot.reserve(chain.size());
    for (const auto& key : chain)
      hot.push_back(tiers_.hot().slot_of(key));
    touch(hot);
  });
}

void hot_cache_state::touch(std::span<const storage::block_slot> chain) {
  for (auto i = chain.size(); i-- > 0;) // deepest first: heads outlive tails
    if (tiers_.touch(chain[i]))
      mark_dirty_pending();
}

void hot_cache_state::on_reads_noted() {
  learn_of_reads();
  reads_due_ = now() + learn_every;
  alarm(*reads_due_);
  settled();
}

/// As long as there are reads it is learnt of them at its own pace; then it listens again.
void hot_cache_state::follow_reads(time_point at) {
  const auto learnt = learn_of_reads();
  if (!reads_due_)
    return;
  if (at < *reads_due_)
    return alarm(*reads_due_);
  reads_due_.reset();
  if (learnt > 0)
    alarm(reads_due_.emplace(at + learn_every));
  else
    peers_.read_notes->listen();
}

caf::result<messages::get_prefix_reply> hot_cache_state::on_get_prefix(messages::get_prefix_request& x) {
  if (auto refused = refusal(x.name_space))
    return refused;
  learn_of_reads();
  const auto number = ++last_number_;
  auto plan = plan_prefix(x, number);
  if (plan.truncated && plan.blocks.empty())
    return to_caf({errc::overloaded, "the reader has no room for one more block: try again later"});
  auto promise = self_->make_response_promise<messages::get_prefix_reply>();
  waiting_get waiting{answer<messages::get_prefix_reply>{promise}, std::move(x.slot)};
  if (plan.cold.empty()) {
    answer_get(std::move(waiting), x.name_space, messages::get_prefix_reply{std::move(plan.blocks), plan.truncated});
    settled();
    return promise;
  }
  const auto timeout_max = config_.request_timeout;
  const auto deadline = now() + (x.timeout.count() > 0 ? std::min(x.timeout, timeout_max) : timeout_max);
  prefixes_.add(number, {x.name_space, std::move(plan.blocks), plan.truncated}, plan.cold.size(), deadline);
  waiting_gets_.emplace(number, std::move(waiting));
  send_reads(plan, x.name_space);
  alarm(deadline);
  return promise;
}

void hot_cache_state::send_reads(prefix_plan& plan, storage::namespace_id name_space) {
  if (plan.reads.empty())
    return;
  caf::anon_send(reader_, messages::read_request{plan.batch, name_space, std::move(plan.reads), plan.read_bytes,
                                                 std::move(plan.read_slot), reads_.cancellation_of(plan.batch)});
}

void hot_cache_state::on_read_reply(messages::read_reply& x) {
  const auto reads = reads_.finish(x.batch);
  for (auto i = reads.size(); i-- > 0;) // deepest first, as they enter the hot tier
    end_read(reads[i], x.blocks[i]);
  settled();
}

/// A cold read has ended: everybody who still waits gets the block, or a shorter run.
void hot_cache_state::end_read(const finished_read& ended, const storage::result<storage::block>& outcome) {
  const auto& [key, name_space] = ended.read;
  for (const auto& who : ended.waiters) {
    peers_.tally->update(
        name_space, [&](tally_entry& entry) { outcome.ok() ? ++entry.counters.cold_hits : ++entry.counters.misses; });
    if (auto get = prefixes_.end_read(who, outcome))
      answer_get(std::move(waiting_gets_.extract(get->number).mapped()), get->name_space, std::move(get->outcome));
  }
  if (outcome.ok() && ended.wanted && config_.promote_cold_hits)
    tiers_.promote(*outcome);
  if (outcome.ok() || outcome.code() == errc::timeout) // cancelled: nothing is known of its copy
    return;
  if (outcome.code() != errc::not_found) // reclaimed or erased meanwhile: an ordinary miss
    peers_.tally->update(name_space, [](tally_entry& entry) { ++entry.counters.errors; });
  if (outcome.code() == errc::no_memory) // its copy is as good as before
    return;
  if (outcome.code() == errc::corrupt || outcome.code() == errc::io)
    look_for_directory();
  tiers_.copy_failed(key); // somebody may have put it meanwhile
  mark_dirty_pending();
}

void hot_cache_state::answer_get(waiting_get waiting, storage::namespace_id name_space,
                                 storage::result<messages::get_prefix_reply> outcome) {
  const auto blocks = outcome.ok() ? outcome->blocks.size() : 0;
  peers_.tally->update(name_space, [&](tally_entry& entry) { entry.counters.loads += blocks; });
  if (outcome.ok())
    waiting.promise.deliver(std::move(*outcome));
  else
    waiting.promise.fail(outcome.error());
}

void hot_cache_state::expire_gets(time_point at) {
  for (const auto& late : prefixes_.take_late(at)) {
    auto waiting = std::move(waiting_gets_.extract(late.number).mapped());
    reads_.leave(late.number);
    peers_.tally->update(late.name_space, [&](tally_entry& entry) {
      entry.counters.misses += late.open; // found, but not in time
      ++entry.counters.errors;
    });
    waiting.promise.fail({errc::timeout, "the disk did not answer in time: " + std::to_string(late.open) +
                                             " cold blocks are still being read"});
  }
  if (const auto next = prefixes_.next_deadline())
    alarm(*next);
}

} // namespace hearth::actors
