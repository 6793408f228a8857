#pragma once

#include "actors/shared_state.hpp"

#include <caf/actor_system.hpp>

#include <memory>

namespace hearth::actors {

/// Starts hot_cache, which starts the writer, the reader and the stats actor, and restarts them when they die. All run
/// on the scheduler's pool, because none of them blocks. `shared` lives until the last of them has ended.
[[nodiscard]] hot_cache_actor spawn_hot_cache(caf::actor_system& system, std::shared_ptr<const shared_state> shared);

} // namespace hearth::actors
