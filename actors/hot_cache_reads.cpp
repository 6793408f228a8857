// Read path of hot_cache: from a chain of keys to the longest run of verified blocks.
#include "actors/hot_cache_state.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace hearth::actors {

using stats::tally_entry;
using storage::errc;

namespace {

/// Interval between two reads of the read notes. At full speed of eight threads, and 80 ns per block, this costs a
/// tenth of a core.
constexpr std::chrono::milliseconds learn_every{10};

} // namespace

/// Takes the read notes: blocks that host threads have copied out count as used now. Returns the number of these
/// blocks.
std::size_t hot_cache_state::learn_of_reads() {
  return peers_.read_notes->take([this](std::span<const storage::block_key> chain) {
    if (planner_.used(chain))
      mark_dirty_pending();
  });
}

void hot_cache_state::on_reads_noted() {
  learn_of_reads();
  reads_due_ = now() + learn_every;
  alarm(*reads_due_);
  settled();
}

/// Polls the read notes at a fixed interval while there are reads; otherwise lets the notes notify again.
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
  auto plan = planner_.plan(x, number, static_cast<bool>(reader_));
  if (plan.marked_dirty)
    mark_dirty_pending();
  if (plan.found.truncated && plan.found.blocks.empty())
    return to_caf({errc::overloaded, "the reader has no room for one more block: try again later"});
  auto promise = self_->make_response_promise<messages::get_prefix_reply>();
  waiting_get waiting{answer<messages::get_prefix_reply>{promise}, std::move(x.slot)};
  if (plan.open == 0) {
    answer_get(std::move(waiting), x.name_space,
               messages::get_prefix_reply{std::move(plan.found.blocks), plan.found.truncated});
    settled();
    return promise;
  }
  const auto timeout_max = config_.request_timeout;
  const auto deadline = now() + (x.timeout.count() > 0 ? std::min(x.timeout, timeout_max) : timeout_max);
  prefixes_.add(number, std::move(plan.found), plan.open, deadline);
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
  for (auto i = reads.size(); i-- > 0;) // deepest first, the order in which they enter the hot tier
    end_read(reads[i], x.blocks[i]);
  settled();
}

/// A cold read has ended: each waiter gets the block, or a shorter run.
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
  if (outcome.ok() || outcome.code() == errc::timeout) // timeout: the read was cancelled, its copy may be fine
    return;
  if (outcome.code() != errc::not_found) // not_found: reclaimed or erased meanwhile, a normal miss
    peers_.tally->update(name_space, [](tally_entry& entry) { ++entry.counters.errors; });
  if (outcome.code() == errc::no_memory) // the copy is intact
    return;
  if (outcome.code() == errc::corrupt || outcome.code() == errc::io)
    look_for_directory();
  tiers_.copy_failed(key); // the block may have been put again meanwhile
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
