#pragma once

#include "actors/bounded.hpp"
#include "storage/cold/block_store.hpp"

#include <memory>

namespace hearth::actors {

/// Peers of the reader.
struct reader_peers {
  hot_cache_actor hot_cache; ///< receives the read replies; when hot_cache dies, the reader quits
  std::shared_ptr<storage::block_store> store;
};

/// Serves cold reads: hands each batch to the block store at once, so that many reads are in flight on the device. The
/// last read of a batch sends the reply from its I/O thread: this saves a hand-over while a get waits. Never blocks.
/// Quits when hot_cache dies.
class reader_state {
public:
  static constexpr const char* name = "reader";
  using bounded_messages = bounds<messages::read_request>;

  reader_state(reader_actor::base* self, reader_peers peers);

  reader_actor::behavior_type make_behavior();

private:
  void on_read(messages::read_request& x);

  reader_actor::base* self_;
  reader_peers peers_;
};

using reader_impl = bounded<reader_actor, reader_state>;

} // namespace hearth::actors
