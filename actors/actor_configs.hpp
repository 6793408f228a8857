#pragma once

#include "actors/tiers/restart_backoff.hpp"
#include "actors/tiers/tiers.hpp"

#include <chrono>
#include <cstddef>

// Settings of the actors of one cache, resolved: no zeros that mean something else.
namespace hearth::actors {

struct hot_cache_config {
  tiers_config tiers;
  bool promote_cold_hits = true;
  std::chrono::nanoseconds idle_clean{0}; ///< 0: never
  std::chrono::nanoseconds request_timeout{0};
  backoff_limits backoff; ///< before a dead actor is replaced, a failed disk or directory tried again
  std::chrono::nanoseconds directory_check{
      std::chrono::seconds{1}}; ///< the cold tier's directory is looked for so often
};

struct writer_config {
  std::size_t writes_in_flight = 8;       ///< blocks at the block store at once
  std::chrono::nanoseconds sync_every{0}; ///< so long after a write, the store is told to sync; 0: never
  bool watch_free_space = false;          ///< the store is told so without writes, too: it keeps a floor
};

} // namespace hearth::actors
