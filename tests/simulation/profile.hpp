#pragma once

#include "actors/host/cache_options.hpp"
#include "tests/simulation/chance.hpp"

#include <cstdint>

namespace hearth::simulation {

/// Parameters of the run of a seed: the cache's settings, and which events may happen. A run does not allow all events,
/// because some promises hold only without some of them: see `roomy`.
struct profile {
  cache_options options;
  unsigned blocks = 40;          ///< number of blocks
  bool roomy = false;            ///< nothing is ever reclaimed or damaged: synced blocks survive any crash
  bool damage = false;           ///< bits flip at rest, pages are written to the wrong place, reads fail
  bool full_disk = false;        ///< other users sometimes fill the disk
  bool write_faults = false;     ///< writes, syncs, renames, removals fail
  bool deaths = false;           ///< actors die
  bool crashes = false;          ///< kills and power cuts
  bool vanishing = false;        ///< the directory disappears and returns
  bool resets = false;           ///< counters are reset
  std::uint64_t slow_one_in = 0; ///< one disk job in this many takes seconds; 0: none
};

[[nodiscard]] profile draw_profile(chance draws);

/// Changes the modes for the same directory: policy, tier sizes, reclaim order. Properties of the directory stay.
void change_modes(profile& of, chance& draws);

} // namespace hearth::simulation
