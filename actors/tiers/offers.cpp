#include "actors/tiers/offers.hpp"

#include <cassert>
#include <utility>

namespace hearth::actors {

using stats::drop_reason;
using stats::fail_reason;
using stats::tally_entry;
using storage::block;
using storage::block_key;
using storage::errc;

offers::offers(const offers_config& config, std::shared_ptr<storage::block_store> store,
               std::shared_ptr<messages::gate> writer_gate, std::shared_ptr<stats::tally> tally, send_write send,
               storage::clock_ns clock)
    : config_(config), store_(std::move(store)), writer_gate_(std::move(writer_gate)), tally_(std::move(tally)),
      send_(std::move(send)), clock_(std::move(clock)), budget_(config.budget, clock_()) {
  assert(tally_ && (store_ == nullptr) == (writer_gate_ == nullptr));
}

offers::one_request::~one_request() {
  if (--of_.requests_open_ == 0 && !of_.outgoing_.blocks.empty())
    of_.send_(std::exchange(of_.outgoing_, {}));
}

// --- disposition ---------------------------------------------------------------------------------------------------

bool offers::open_for(std::uint64_t bytes) const { return writer_up_ && writer_gate_->open_for({1, bytes}); }

bool offers::half_full() const {
  const auto taken = writer_gate_->taken();
  const auto& limits = writer_gate_->limits();
  return taken.slots * 2 >= limits.slots_max || taken.bytes * 2 >= writer_gate_->bytes_max_now();
}

disposition offers::disposition_of(std::uint64_t bytes, const storage::cold_lookup& cold, bool asked) {
  const messages::load size{1, bytes};
  if (writer_gate_->never_admits(size) || !cold.fits)
    return disposition::too_large;
  if (!writer_up_)
    return disposition::no_writer;
  narrow_queue();
  if (!writer_gate_->open_for(size) || !may_be_pending(size))
    return disposition::full;
  const auto worth = asked ? storage::write_worth::asked : storage::write_worth::untouched;
  return within_budget(cold.record_bytes, worth) ? disposition::admitted : disposition::over_budget;
}

/// Limits the writer's mailbox to what the disk can write in `queue_time`, at its recent drain rate.
void offers::narrow_queue() {
  if (config_.queue_time.count() == 0)
    return;
  if (const auto rate = drain_.bytes_per_second(clock_(), pending_.empty()))
    writer_gate_->narrow(static_cast<std::uint64_t>(static_cast<double>(*rate) *
                                                    std::chrono::duration<double>(config_.queue_time).count()));
}

/// Second bound: when a writer dies its mailbox is free at once, but its writes stay pending until hot_cache hears of
/// the death.
bool offers::may_be_pending(const messages::load& size) const {
  const auto& limits = writer_gate_->limits();
  return pending_amount_.blocks + size.slots <= limits.slots_max &&
         pending_amount_.bytes + size.bytes <= limits.bytes_max;
}

/// Bytes copied by reclaim wear the disk as well: the budget pays for them before anything else is written.
bool offers::within_budget(std::uint64_t record_bytes, storage::write_worth worth) {
  if (config_.budget.bytes_per_second == 0 && config_.budget.bytes_per_day == 0)
    return true;
  const auto copied = store_->activity().reappended_bytes;
  budget_.take(copied - std::exchange(charged_copies_, copied));
  return budget_.allows(record_bytes, worth, clock_());
}

// --- offer ---------------------------------------------------------------------------------------------------------

void offers::offer(const block& item, disposition end, std::uint64_t record_bytes) {
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
    budget_.take(record_bytes);
    const auto& write = pending_.add(item);
    outgoing_.blocks.push_back({write.sequence, write.item, write.ticket});
    outgoing_.slot.absorb(std::move(slot));
    break;
  }
}

void offers::give_up(drop_reason reason, const block& item) {
  ++accidents_;
  count(item.name_space, [&](tally_entry& entry) { entry.counters.ledger.give_up(reason, item.payload.size()); });
}

// --- end of an offer -----------------------------------------------------------------------------------------------

std::optional<pending_write> offers::settle(std::uint64_t sequence, const storage::result<void>& outcome) {
  auto write = pending_.take(sequence);
  if (!write)
    return write;
  if (outcome.ok()) {
    count_persisted(*write);
    return write;
  }
  // `too_large`: the limit was lowered.
  const bool no_room = outcome.code() == errc::no_space || outcome.code() == errc::too_large;
  count_failed(*write, no_room ? fail_reason::no_space : fail_reason::io_error);
  return write;
}

void offers::cancel(const block_key& key) {
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

std::vector<ended_write> offers::writer_died() {
  writer_up_ = false;
  std::vector<ended_write> ended;
  for (auto& write : leave_behind()) {
    const bool persisted = !write.hidden && store_->find(write.item.key);
    if (persisted)
      count_persisted(write);
    else
      count_failed(write, fail_reason::writer_died);
    ended.push_back({std::move(write), persisted});
  }
  return ended;
}

std::vector<ended_write> offers::directory_gone(const key_set& written) {
  std::vector<ended_write> ended;
  for (auto& write : leave_behind()) {
    const bool persisted = !write.hidden && written.contains(write.item.key);
    (void)write.ticket->cancel();
    if (persisted)
      count_persisted(write);
    else
      count_failed(write, fail_reason::io_error);
    ended.push_back({std::move(write), persisted});
  }
  return ended;
}

/// Removes all pending writes, although the store may still be writing them.
std::vector<pending_write> offers::leave_behind() {
  appends_left_behind_ = appends_left_behind_ || !pending_.empty();
  return pending_.take_all();
}

std::vector<pending_write> offers::abandon() {
  auto left = pending_.take_all();
  for (const auto& write : left) {
    const auto bytes = write.item.payload.size();
    (void)write.ticket->cancel(); // a write that has started may still reach the disk, but is not waited for
    ++accidents_;
    count(write.item.name_space, [&](tally_entry& entry) { entry.counters.ledger.drop(drop_reason::closing, bytes); });
    pending_amount_.take(bytes);
  }
  return left;
}

void offers::count_persisted(const pending_write& write) {
  const auto bytes = write.item.payload.size();
  pending_amount_.take(bytes);
  persisted_.add(bytes);
  drain_.drained(bytes, clock_());
  narrow_queue();
  count(write.item.name_space, [&](tally_entry& entry) { entry.counters.ledger.persist(bytes); });
}

/// A dead writer is not an error of the disk.
void offers::count_failed(const pending_write& write, fail_reason reason) {
  const auto bytes = write.item.payload.size();
  pending_amount_.take(bytes);
  ++accidents_;
  count(write.item.name_space, [&](tally_entry& entry) {
    entry.counters.ledger.fail(reason, bytes);
    entry.counters.errors += reason == fail_reason::writer_died ? 0 : 1;
  });
}

} // namespace hearth::actors
