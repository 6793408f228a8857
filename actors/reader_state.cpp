#include "actors/reader_state.hpp"

#include <atomic>
#include <utility>
#include <vector>

namespace hearth::actors {

namespace {

/// Reads of one request in flight. Each read fills its own position; the read that ends last sends the reply.
struct batch_in_flight {
  batch_in_flight(messages::read_request& x, hot_cache_actor to)
      : open(x.keys.size()), reply{x.batch, {}, std::move(x.slot)}, asker(std::move(to)) {
    reply.blocks.resize(x.keys.size(), storage::result<storage::block>{storage::errc::io, "not read"});
  }

  void end(std::size_t index, storage::result<storage::block> outcome) {
    reply.blocks[index] = std::move(outcome);
    if (open.fetch_sub(1, std::memory_order_acq_rel) == 1)
      caf::anon_send(asker, std::move(reply));
  }

  std::atomic<std::size_t> open;
  messages::read_reply reply;
  hot_cache_actor asker;
};

} // namespace

reader_state::reader_state(reader_actor::base* self, reader_peers peers) : self_(self), peers_(std::move(peers)) {}

reader_actor::behavior_type reader_state::make_behavior() {
  self_->monitor(peers_.hot_cache);
  self_->set_down_handler([this](caf::down_msg& down) { self_->quit(down.reason); });
  return {
      [this](messages::read_request& x) { on_read(x); },
  };
}

void reader_state::on_read(messages::read_request& x) {
  const auto batch = std::make_shared<batch_in_flight>(x, peers_.hot_cache);
  std::vector<storage::read_item> items;
  items.reserve(x.keys.size());
  for (std::size_t i = 0; i < x.keys.size(); ++i)
    items.push_back({x.keys[i], x.name_space,
                     [batch, i](storage::result<storage::block> outcome) { batch->end(i, std::move(outcome)); },
                     x.cancelled});
  peers_.store->read(std::move(items));
}

} // namespace hearth::actors
