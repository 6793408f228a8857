#pragma once

#include "actors/actor_configs.hpp"
#include "actors/actor_registry.hpp"
#include "actors/bounded.hpp"
#include "actors/tiers/limits_now.hpp"
#include "stats/totals.hpp"
#include "storage/blocks/namespace_table.hpp"
#include "storage/cold/detachable_store.hpp"
#include "storage/hot/hot_index.hpp"
#include "storage/hot/read_notes.hpp"
#include "storage/memory/buffer_pool.hpp"

#include <memory>

namespace hearth::actors {

class preflight;

/// What happened, each counted by one writer. stats reads them all and adds them up; no writer reads another one's.
struct tallies {
  std::shared_ptr<stats::tally> hot_cache; ///< the hot_cache actor
  std::shared_ptr<stats::tally> mailbox;   ///< hot_cache's mailbox, on the senders' threads: puts that were rejected
  std::shared_ptr<stats::tally> preflight; ///< the preflight, on hosts' threads
  std::shared_ptr<stats::tally> opening;   ///< the opening of the cold tier: damaged records
};

/// What the actors of one cache share. All of it outlives each of them, so a successor finds everything as it was. No
/// actor is given all of it: actors/spawn.cpp hands out to each what it needs.
struct shared_state {
  hot_cache_config hot_cache;
  writer_config writer;
  std::shared_ptr<limits_now> limits;
  std::shared_ptr<storage::namespace_table> namespaces;
  std::shared_ptr<storage::detachable_store> store; ///< null: hot tier only
  std::shared_ptr<storage::hot_index> hot_index;    ///< hot_cache's blocks, for every thread to copy out
  std::shared_ptr<storage::read_notes> read_notes;  ///< what was copied out
  mailbox hot_cache_mailbox;
  mailbox writer_mailbox; ///< no gate if there is no cold tier
  mailbox reader_mailbox; ///< no gate if there is no cold tier
  mailbox stats_mailbox;
  actors::tallies tallies;
  std::shared_ptr<stats::baseline> baseline; ///< belongs to the one living stats actor
  std::shared_ptr<actor_registry> registry;
  std::shared_ptr<class preflight> preflight;
  storage::buffer_pool* buffers = nullptr; ///< where its blocks' buffers are; null: nobody can tell
};

} // namespace hearth::actors
