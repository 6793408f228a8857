#pragma once

#include "actors/parts.hpp"

#include <deque>
#include <memory>

namespace hearth::actors {

/// Takes write requests, keeps a few of them at the block store at once, in order, and answers each when its append has
/// ended; some time after a write it has the store sync. Never blocks: the I/O engine tells it. Dies with hot_cache.
class writer_state {
public:
  static constexpr const char* name = "writer";
  using bounded_messages = bounds<messages::write_request>;

  writer_state(writer_actor::base* self, std::shared_ptr<const cache_parts> parts, hot_cache_actor hot_cache);

  writer_actor::behavior_type make_behavior();

private:
  void on_write(messages::write_request& x);
  void on_append_completed(messages::append_completed& x);
  void on_tick();
  void submit();
  void sync_later();

  writer_actor::base* self_;
  std::shared_ptr<const cache_parts> parts_;
  hot_cache_actor hot_cache_;
  std::deque<std::shared_ptr<messages::write_request>> waiting_;
  std::size_t in_flight_ = 0;
  bool sync_is_due_ = false; ///< a tick is under way
};

using writer_impl = bounded<writer_actor, writer_state>;

} // namespace hearth::actors
