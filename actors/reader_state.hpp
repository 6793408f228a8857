#pragma once

#include "actors/parts.hpp"

#include <memory>

namespace hearth::actors {

/// Serves cold reads: hands each batch to the block store at once, many in flight on the device. The one that ends last
/// sends the answer, from its own thread: a hand-over less on a way that somebody waits on. Never blocks. Dies with
/// hot_cache.
class reader_state {
public:
  static constexpr const char* name = "reader";
  using bounded_messages = bounds<messages::read_request>;

  reader_state(reader_actor::base* self, std::shared_ptr<const cache_parts> parts, hot_cache_actor hot_cache);

  reader_actor::behavior_type make_behavior();

private:
  void on_read(messages::read_request& x);

  reader_actor::base* self_;
  std::shared_ptr<const cache_parts> parts_;
  hot_cache_actor hot_cache_;
};

using reader_impl = bounded<reader_actor, reader_state>;

} // namespace hearth::actors
