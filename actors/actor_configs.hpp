#pragma once

#include "actors/tiers/restart_backoff.hpp"
#include "actors/tiers/tiers.hpp"

#include <chrono>
#include <cstddef>

// Settings of the actors of one cache, resolved: 0 never stands for a default.
namespace hearth::actors {

struct hot_cache_config {
  tiers_config tiers;
  bool promote_cold_hits = true;
  std::chrono::nanoseconds idle_clean{0}; ///< 0: never
  std::chrono::nanoseconds request_timeout{0};
  backoff_limits backoff; ///< before a dead actor is restarted, or a failed disk or directory is tried again
  std::chrono::nanoseconds directory_check{
      std::chrono::seconds{1}}; ///< interval between checks of the cold tier's directory
};

struct writer_config {
  std::size_t writes_in_flight = 8;       ///< most blocks at the block store at once
  std::chrono::nanoseconds sync_every{0}; ///< delay from a write to the sync that follows it; 0: never
  bool watch_free_space = false;          ///< also sync without writes, so that the store keeps its floor of free space
};

} // namespace hearth::actors
