#pragma once

#include "actors/host/cache_options.hpp"
#include "tests/simulation/chance.hpp"

#include <cstdint>

namespace hearth::simulation {

/// What a seed's run is like: the cache's settings, and what may happen to it. Not everything may happen in every run,
/// as some promises only hold while something does not: see `roomy`.
struct profile {
  cache_options options;
  unsigned blocks = 40;          ///< numbers 0 to this
  bool roomy = false;            ///< nothing is ever reclaimed or damaged: what was synced is there after any crash
  bool damage = false;           ///< bits flip at rest, pages land in the wrong place, reads fail
  bool full_disk = false;        ///< others fill the disk, now and then
  bool write_faults = false;     ///< writes, syncs, renames, removals fail
  bool deaths = false;           ///< actors die
  bool crashes = false;          ///< kills and power cuts
  bool vanishing = false;        ///< the directory goes away and comes back
  bool resets = false;           ///< of the counters
  std::uint64_t slow_one_in = 0; ///< jobs of the disk that take seconds
};

[[nodiscard]] profile draw_profile(chance draws);

/// Other modes for the same directory: policy, tiers' sizes, reclaim order. What the directory is stays.
void change_modes(profile& of, chance& draws);

} // namespace hearth::simulation
