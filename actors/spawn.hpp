#pragma once

#include "actors/parts.hpp"

#include <caf/actor_system.hpp>

#include <memory>

namespace hearth::actors {

// Who is spawned how, in this one place: all run on the scheduler's pool, since none of them ever blocks.

[[nodiscard]] hot_cache_actor spawn_hot_cache(caf::actor_system& system, std::shared_ptr<const cache_parts> parts);
[[nodiscard]] writer_actor spawn_writer(caf::actor_system& system, std::shared_ptr<const cache_parts> parts,
                                        const hot_cache_actor& hot_cache);
[[nodiscard]] reader_actor spawn_reader(caf::actor_system& system, std::shared_ptr<const cache_parts> parts,
                                        const hot_cache_actor& hot_cache);
[[nodiscard]] stats_actor spawn_stats(caf::actor_system& system, std::shared_ptr<const cache_parts> parts,
                                      const hot_cache_actor& hot_cache);

} // namespace hearth::actors
