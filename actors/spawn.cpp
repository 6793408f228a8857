#include "actors/spawn.hpp"

#include "actors/hot_cache_state.hpp"
#include "actors/reader_state.hpp"
#include "actors/stats_state.hpp"
#include "actors/writer_state.hpp"

#include <utility>

// Who is spawned how, and what each actor gets, in this one place.
namespace hearth::actors {

namespace {

using shared_parts = std::shared_ptr<const cache_parts>;

/// `one` of the parts, owned together with all others: who waits until `parts` has gone knows that no actor works with
/// any of them, and that the directory is free.
template <class Part>
std::shared_ptr<Part> owned(const shared_parts& parts, const std::shared_ptr<Part>& one) {
  return one ? std::shared_ptr<Part>{parts, one.get()} : nullptr;
}

stats_sources sources_of(const shared_parts& parts, const hot_cache_actor& hot_cache) {
  stats_sources sources;
  sources.hot_cache = hot_cache;
  const auto& counted = parts->tallies;
  sources.tallies = {counted.hot_cache, counted.mailbox, counted.preflight, counted.opening};
  sources.namespaces = owned(parts, parts->namespaces);
  sources.limits = owned(parts, parts->limits);
  sources.store = owned(parts, parts->store);
  sources.read_notes = owned(parts, parts->read_notes);
  sources.baseline = owned(parts, parts->baseline);
  sources.buffers = parts->buffers;
  return sources;
}

hot_cache_peers peers_of(caf::actor_system& system, const shared_parts& parts) {
  hot_cache_peers peers;
  peers.store = owned(parts, parts->store);
  peers.hot_index = owned(parts, parts->hot_index);
  peers.read_notes = owned(parts, parts->read_notes);
  peers.limits = owned(parts, parts->limits);
  peers.namespaces = owned(parts, parts->namespaces);
  peers.tally = owned(parts, parts->tallies.hot_cache);
  peers.preflight = owned(parts, parts->preflight);
  peers.registry = owned(parts, parts->registry);
  peers.writer_gate = parts->writer_mailbox.gate;
  peers.reader_gate = parts->reader_mailbox.gate;
  peers.stats_gate = parts->stats_mailbox.gate;
  peers.start_writer = [&system, parts](const hot_cache_actor& hot_cache) -> writer_actor {
    return system.spawn<writer_impl>(parts->writer_mailbox, parts->writer,
                                     writer_peers{hot_cache, owned(parts, parts->store)});
  };
  peers.start_reader = [&system, parts](const hot_cache_actor& hot_cache) -> reader_actor {
    return system.spawn<reader_impl>(parts->reader_mailbox, reader_peers{hot_cache, owned(parts, parts->store)});
  };
  peers.start_stats = [&system, parts](const hot_cache_actor& hot_cache) -> stats_actor {
    return system.spawn<stats_impl>(parts->stats_mailbox, sources_of(parts, hot_cache));
  };
  return peers;
}

} // namespace

hot_cache_actor spawn_hot_cache(caf::actor_system& system, std::shared_ptr<const cache_parts> parts) {
  return system.spawn<hot_cache_impl>(parts->hot_cache_mailbox, parts->hot_cache, peers_of(system, parts));
}

} // namespace hearth::actors
