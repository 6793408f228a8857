#include "actors/spawn.hpp"

#include "actors/hot_cache_state.hpp"
#include "actors/reader_state.hpp"
#include "actors/stats_state.hpp"
#include "actors/writer_state.hpp"

#include <utility>

// The one place that says how each actor is spawned, and which members of `shared_state` it gets.
namespace hearth::actors {

namespace {

using state_ptr = std::shared_ptr<const shared_state>;

/// Pointer to one member that shares ownership of the whole `shared_state`. So when the last owner of `shared` is gone,
/// no actor uses any member, and the directory is free.
template <class Part>
std::shared_ptr<Part> owned(const state_ptr& shared, const std::shared_ptr<Part>& one) {
  return one ? std::shared_ptr<Part>{shared, one.get()} : nullptr;
}

stats_sources sources_of(const state_ptr& shared, const hot_cache_actor& hot_cache) {
  stats_sources sources;
  sources.hot_cache = hot_cache;
  const auto& counted = shared->tallies;
  sources.tallies = {counted.hot_cache, counted.mailbox, counted.preflight, counted.opening};
  sources.namespaces = owned(shared, shared->namespaces);
  sources.limits = owned(shared, shared->limits);
  sources.cold = owned(shared, shared->store);
  sources.read_notes = owned(shared, shared->read_notes);
  sources.journal = owned(shared, shared->journal);
  sources.baseline = owned(shared, shared->baseline);
  sources.latencies = owned(shared, shared->latencies);
  sources.timeline = owned(shared, shared->timeline);
  sources.buffers = shared->buffers;
  return sources;
}

hot_cache_peers peers_of(caf::actor_system& system, const state_ptr& shared) {
  hot_cache_peers peers;
  peers.store = owned(shared, shared->store);
  peers.hot_index = owned(shared, shared->hot_index);
  peers.read_notes = owned(shared, shared->read_notes);
  peers.limits = owned(shared, shared->limits);
  peers.namespaces = owned(shared, shared->namespaces);
  peers.journal = owned(shared, shared->journal);
  peers.tally = owned(shared, shared->tallies.hot_cache);
  peers.preflight = owned(shared, shared->preflight);
  peers.registry = owned(shared, shared->registry);
  peers.writer_gate = shared->writer_mailbox.gate;
  peers.reader_gate = shared->reader_mailbox.gate;
  peers.stats_gate = shared->stats_mailbox.gate;
  peers.start_writer = [&system, shared](const hot_cache_actor& hot_cache) -> writer_actor {
    return system.spawn<writer_impl>(
        shared->writer_mailbox, shared->writer,
        writer_peers{hot_cache, owned(shared, shared->store), owned(shared, shared->latencies)});
  };
  peers.start_reader = [&system, shared](const hot_cache_actor& hot_cache) -> reader_actor {
    return system.spawn<reader_impl>(shared->reader_mailbox, reader_peers{hot_cache, owned(shared, shared->store)});
  };
  peers.start_stats = [&system, shared](const hot_cache_actor& hot_cache) -> stats_actor {
    return system.spawn<stats_impl>(shared->stats_mailbox, sources_of(shared, hot_cache));
  };
  return peers;
}

} // namespace

hot_cache_actor spawn_hot_cache(caf::actor_system& system, std::shared_ptr<const shared_state> shared) {
  return system.spawn<hot_cache_impl>(shared->hot_cache_mailbox, shared->hot_cache, peers_of(system, shared));
}

} // namespace hearth::actors
