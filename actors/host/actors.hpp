#pragma once

#include "actors/actor_registry.hpp"
#include "actors/bounded_ref.hpp"
#include "actors/protocol.hpp"

#include <memory>

namespace hearth {

/// The actors of a `cache`, for a host that is an actor itself. Send them the requests of messages/host_messages.hpp,
/// as to any typed actor; or use `actors::try_send` with a bounded reference, which says whether the mailbox had room.
/// `registry` has the current writer, reader and stats actor: hot_cache replaces them when they die. Valid as long as
/// the cache. Threads: any.
struct actor_handles {
  actors::bounded_ref<actors::hot_cache_actor> hot_cache;
  std::shared_ptr<const actors::actor_registry> registry;
  std::shared_ptr<messages::gate> writer_gate; ///< null if there is no cold tier
  std::shared_ptr<messages::gate> stats_gate;

  /// The current stats actor. Ask again after an error: hot_cache may have replaced it.
  [[nodiscard]] actors::bounded_ref<actors::stats_actor> stats() const { return {registry->stats(), stats_gate}; }
};

} // namespace hearth
