#include "actors/writer_state.hpp"

#include <utility>
#include <vector>

namespace hearth::actors {

writer_state::writer_state(writer_actor::base* self, std::shared_ptr<const cache_parts> parts,
                           hot_cache_actor hot_cache)
    : self_(self), parts_(std::move(parts)), hot_cache_(std::move(hot_cache)) {}

writer_actor::behavior_type writer_state::make_behavior() {
  self_->monitor(hot_cache_);
  self_->set_down_handler([this](caf::down_msg& down) { self_->quit(down.reason); });
  if (parts_->config.watch_free_space)
    sync_later();
  return {
      [this](messages::write_request& x) { on_write(x); },
      [this](messages::append_completed& x) { on_append_completed(x); },
      [this](messages::tick) { on_tick(); },
  };
}

void writer_state::on_write(messages::write_request& x) {
  waiting_.push_back(std::make_shared<messages::write_request>(std::move(x)));
  submit();
}

void writer_state::on_append_completed(messages::append_completed& x) {
  --in_flight_;
  if (x.outcome.ok())
    sync_later();
  // A write that was cancelled before it began has been accounted for; its slot is free as soon as `x` is gone.
  if (!x.request->ticket->cancelled())
    caf::anon_send(hot_cache_,
                   messages::write_reply{x.request->sequence, std::move(x.outcome), std::move(x.request->slot)});
  submit();
}

/// What was written is made durable at the latest so long after: one tick at a time.
void writer_state::sync_later() {
  const auto every = parts_->config.sync_every;
  if (every.count() > 0 && !std::exchange(sync_is_due_, true))
    self_->delayed_send(writer_actor(self_), every, messages::tick{});
}

void writer_state::on_tick() {
  sync_is_due_ = false;
  parts_->store->sync_soon();
  if (parts_->config.watch_free_space)
    sync_later();
}

void writer_state::submit() {
  std::vector<storage::append_item> batch;
  for (; !waiting_.empty() && in_flight_ < parts_->config.writes_in_flight; ++in_flight_) {
    auto request = std::move(waiting_.front());
    waiting_.pop_front();
    // The request, and with it the slot, belongs to the append until its end is told.
    batch.push_back({request->item,
                     [request, me = writer_actor(self_)](storage::result<void> outcome) {
                       caf::anon_send(me, messages::append_completed{request, std::move(outcome)});
                     },
                     [ticket = request->ticket] { return ticket->start(); }});
  }
  if (!batch.empty())
    parts_->store->append(std::move(batch));
}

} // namespace hearth::actors
