#include "actors/writer_state.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace hearth::actors {

namespace {

/// Bytes handed over per turn, plus at most one block: the store hashes them on this thread, in about 0.4 ms.
constexpr std::uint64_t turn_bytes_max = 4 << 20;

} // namespace

writer_state::writer_state(writer_actor::base* self, const writer_config& config, writer_peers peers)
    : self_(self), config_(config), peers_(std::move(peers)) {}

writer_actor::behavior_type writer_state::make_behavior() {
  self_->monitor(peers_.hot_cache);
  self_->set_down_handler([this](caf::down_msg& down) { self_->quit(down.reason); });
  if (config_.watch_free_space)
    sync_later();
  return {
      [this](messages::write_request& x) { on_write(x); },
      [this](messages::appends_completed) { on_appends_completed(); },
      [this](messages::tick) { on_tick(); },
  };
}

void writer_state::on_write(messages::write_request& x) {
  const auto now = self_->clock().now();
  for (auto& block : x.blocks) {
    auto slot = x.slot.split({1, block.item.payload.size()});
    waiting_.push_back(std::make_shared<write>(write{std::move(block), std::move(slot), now}));
  }
  submit();
}

void writer_state::on_appends_completed() {
  goes_on_ = false;
  messages::write_reply reply;
  for (auto& [what, outcome] : ended_->take()) {
    --in_flight_;
    if (outcome.ok())
      sync_later();
    // Cancelled before the append started: already counted, and its permit is released.
    if (what->block.ticket->cancelled())
      continue;
    reply.ends.push_back({what->block.sequence, std::move(outcome)});
    reply.slot.absorb(std::move(what->slot));
  }
  if (!reply.ends.empty())
    caf::anon_send(peers_.hot_cache, std::move(reply));
  submit();
}

/// Schedules a sync, `sync_every` after a write: then the write is durable. At most one tick is pending.
void writer_state::sync_later() {
  const auto every = config_.sync_every;
  if (every.count() > 0 && !std::exchange(sync_is_due_, true))
    self_->delayed_send(writer_actor(self_), every, messages::tick{});
}

void writer_state::on_tick() {
  sync_is_due_ = false;
  peers_.store->sync_soon();
  if (config_.watch_free_space)
    sync_later();
}

/// Hands over waiting blocks, one turn at a time. The next turn comes through the clock: a message sent directly would
/// be handled before other actors on this thread get their turn.
void writer_state::submit() {
  const auto may = [this] { return !waiting_.empty() && in_flight_ < config_.writes_in_flight; };
  const auto now = self_->clock().now();
  std::vector<storage::append_item> batch;
  for (std::uint64_t bytes = 0; may() && bytes < turn_bytes_max; ++in_flight_) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    bytes += next->block.item.payload.size();
    peers_.latencies->add(stats::operation::queue_wait,
                          static_cast<std::uint64_t>(std::chrono::nanoseconds{now - next->since}.count()));
    // The append owns the block, and with it the slot, until its end is reported.
    batch.push_back({next->block.item,
                     [next, ended = ended_, me = writer_actor(self_)](storage::result<void> outcome) {
                       if (ended->add({next, std::move(outcome)}))
                         caf::anon_send(me, messages::appends_completed{});
                     },
                     [ticket = next->block.ticket] { return ticket->start(); }});
  }
  if (!batch.empty())
    peers_.store->append(std::move(batch));
  if (may() && !std::exchange(goes_on_, true))
    self_->delayed_send(writer_actor(self_), std::chrono::nanoseconds{0}, messages::appends_completed{});
}

} // namespace hearth::actors
