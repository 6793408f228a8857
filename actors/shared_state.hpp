#pragma once

#include "actors/actor_configs.hpp"
#include "actors/actor_registry.hpp"
#include "actors/bounded.hpp"
#include "actors/journal.hpp"
#include "actors/tiers/limits_now.hpp"
#include "stats/latencies.hpp"
#include "stats/timeline.hpp"
#include "stats/totals.hpp"
#include "storage/blocks/namespace_table.hpp"
#include "storage/cold/detachable_store.hpp"
#include "storage/hot/hot_index.hpp"
#include "storage/hot/read_notes.hpp"
#include "storage/memory/buffer_pool.hpp"

#include <memory>

namespace hearth::actors {

class preflight;

/// Tallies; each has one writer, named here. stats reads and adds up all tallies; a writer reads only its own.
struct tallies {
  std::shared_ptr<stats::tally> hot_cache; ///< the hot_cache actor
  std::shared_ptr<stats::tally> mailbox;   ///< hot_cache's mailbox, on senders' threads: rejected puts
  std::shared_ptr<stats::tally> preflight; ///< preflight, on hosts' threads
  std::shared_ptr<stats::tally> opening;   ///< opening of the cold tier: damaged records
};

/// Shared state of the actors of one cache. The state outlives each actor, so the successor of a dead actor finds the
/// state unchanged. No actor gets all of it: actors/spawn.cpp gives each actor the members that it needs.
struct shared_state {
  hot_cache_config hot_cache;
  writer_config writer;
  std::shared_ptr<limits_now> limits;
  std::shared_ptr<storage::namespace_table> namespaces;
  std::shared_ptr<storage::detachable_store> store; ///< null: hot tier only
  std::shared_ptr<storage::hot_index> hot_index;    ///< index of the hot blocks; any thread may copy payloads out
  std::shared_ptr<storage::read_notes> read_notes;  ///< records which hot blocks were copied out
  mailbox hot_cache_mailbox;
  mailbox writer_mailbox; ///< no gate if there is no cold tier
  mailbox reader_mailbox; ///< no gate if there is no cold tier
  mailbox stats_mailbox;
  std::shared_ptr<class journal> journal; ///< the log of this cache
  actors::tallies tallies;
  std::shared_ptr<stats::latencies> latencies; ///< any thread adds to it
  storage::clock_ns steady_clock;              ///< for latencies; any thread may call it
  std::shared_ptr<stats::baseline> baseline; ///< changed only by the living stats actor
  std::shared_ptr<stats::timeline> timeline; ///< changed only by the living stats actor
  std::shared_ptr<actor_registry> registry;
  std::shared_ptr<class preflight> preflight;
  storage::buffer_pool* buffers = nullptr; ///< pool of the blocks' buffers; null: the snapshot has no buffer memory
};

} // namespace hearth::actors
