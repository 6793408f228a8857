#pragma once

#include "actors/actor_registry.hpp"
#include "actors/bounded.hpp"
#include "actors/tiers/limits_now.hpp"
#include "actors/tiers/restart_backoff.hpp"
#include "actors/tiers/tiers.hpp"
#include "stats/totals.hpp"
#include "storage/blocks/namespace_table.hpp"
#include "storage/cold/detachable_store.hpp"
#include "storage/hot/read_notes.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace hearth::actors {

class preflight;

/// Settings of the actors of one cache, resolved: no zeros that mean something else.
struct actors_config {
  tiers_config tiers;
  bool promote_cold_hits = true;
  std::chrono::nanoseconds idle_clean{0}; ///< 0: never
  std::chrono::nanoseconds request_timeout{0};
  backoff_limits backoff;                 ///< before a dead actor is replaced, a failed disk or directory tried again
  std::size_t writes_in_flight = 8;       ///< blocks the writer has at the block store at once
  std::chrono::nanoseconds sync_every{0}; ///< so long after a write, the store is told to sync; 0: never
  std::chrono::nanoseconds directory_check{
      std::chrono::seconds{1}};  ///< so often it is looked whether the cold tier's directory is still there
  bool watch_free_space = false; ///< the store is told so without writes, too: it keeps a floor
};

/// What the actors of one cache share. All of it outlives each of them, so a successor finds everything as it was.
struct cache_parts {
  actors_config config;
  std::shared_ptr<limits_now> limits;
  std::shared_ptr<storage::namespace_table> namespaces;
  std::shared_ptr<storage::detachable_store> store; ///< null: hot tier only
  std::shared_ptr<storage::hot_index> hot_index;    ///< hot_cache's blocks, for every thread to copy out
  std::shared_ptr<storage::read_notes> read_notes;  ///< what was copied out
  mailbox hot_cache_mailbox;
  mailbox writer_mailbox; ///< no gate if there is no cold tier
  mailbox reader_mailbox; ///< no gate if there is no cold tier
  mailbox stats_mailbox;
  std::shared_ptr<stats::tally> hot_cache_tally;
  std::shared_ptr<stats::tally> preflight_tally;
  std::shared_ptr<stats::baseline> baseline; ///< belongs to the one living stats actor
  std::shared_ptr<actor_registry> registry;
  std::shared_ptr<class preflight> preflight;
  storage::buffer_pool* buffers = nullptr; ///< where its blocks' buffers are; null: nobody can tell
};

/// Tells the stats actor that a sender's tally has changed: at most one note of a sender is under way, and what changes
/// meanwhile is in the next one. A full or dead stats actor costs the sender nothing. Threads: any.
class reporter {
public:
  reporter(std::shared_ptr<const actor_registry> who, std::shared_ptr<messages::gate> stats_gate)
      : registry_(std::move(who)), stats_gate_(std::move(stats_gate)),
        turn_(std::make_shared<messages::gate>(messages::gate_limits{1, 0, 0})) {}

  void report() const {
    messages::totals_note note;
    note.turn = messages::admit(turn_, {1, 0});
    const auto stats = note.turn ? registry_->stats() : stats_actor{};
    if (stats)
      (void)try_send(bounded_ref<stats_actor>{stats, stats_gate_}, std::move(note));
  }

private:
  std::shared_ptr<const actor_registry> registry_;
  std::shared_ptr<messages::gate> stats_gate_;
  std::shared_ptr<messages::gate> turn_;
};

} // namespace hearth::actors
