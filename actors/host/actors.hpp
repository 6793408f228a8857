#pragma once

#include "actors/actor_registry.hpp"
#include "actors/bounded_ref.hpp"
#include "actors/protocol.hpp"

#include <memory>

namespace hearth {

/// The actors behind a `cache`, for hosts that are actors themselves: request from them like from any typed actor
/// (messages/host_messages.hpp), or `actors::try_send` to the bounded references. `roster` knows who writes, reads and
/// counts now: those are replaced when they die. Valid as long as the cache. Threads: any.
struct actor_handles {
  actors::bounded_ref<actors::hot_cache_actor> hot_cache;
  std::shared_ptr<const actors::roster> roster;
  std::shared_ptr<messages::gate> writer_gate; ///< null if there is no cold tier
  std::shared_ptr<messages::gate> stats_gate;

  [[nodiscard]] actors::bounded_ref<actors::stats_actor> stats() const { return {roster->stats(), stats_gate}; }
};

} // namespace hearth
