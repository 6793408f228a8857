#include "actors/spawn.hpp"

#include "actors/hot_cache_state.hpp"
#include "actors/reader_state.hpp"
#include "actors/stats_state.hpp"
#include "actors/writer_state.hpp"

namespace hearth::actors {

hot_cache_actor spawn_hot_cache(caf::actor_system& system, std::shared_ptr<const cache_parts> parts) {
  return system.spawn<hot_cache_impl>(parts->hot_cache_mailbox, parts);
}

writer_actor spawn_writer(caf::actor_system& system, std::shared_ptr<const cache_parts> parts,
                          const hot_cache_actor& hot_cache) {
  return system.spawn<writer_impl>(parts->writer_mailbox, parts, hot_cache);
}

reader_actor spawn_reader(caf::actor_system& system, std::shared_ptr<const cache_parts> parts,
                          const hot_cache_actor& hot_cache) {
  return system.spawn<reader_impl>(parts->reader_mailbox, parts, hot_cache);
}

stats_actor spawn_stats(caf::actor_system& system, std::shared_ptr<const cache_parts> parts,
                        const hot_cache_actor& hot_cache) {
  return system.spawn<stats_impl>(parts->stats_mailbox, parts, hot_cache);
}

} // namespace hearth::actors
