#pragma once

#include "actors/host/cache_options.hpp"
#include "tests/simulation/chance.hpp"

#include <cstdint>

namespace hearth::stress {

using simulation::chance;

inline constexpr std::uint64_t hot_bytes_most = 3 << 20;

/// How a lap ends: by a close once all calls have ended; by a close while hosts continue; by the death of hot_cache.
enum class lap_end : std::uint8_t { quiet, closed_under_fire, death };

/// Plan of a lap: one life of a cache on the directory of a run.
struct lap_plan {
  cache_options options;
  std::uint64_t operations = 0; ///< of all hosts; fewer if the lap ends earlier
  std::uint64_t cold_most = 0;  ///< largest cold limit of the lap
  bool roomy = false;           ///< nothing should need reclaim; the cold limit is not changed
  bool resets = false;          ///< counters are sometimes reset
  bool deaths = false;          ///< writer, reader and stats are sometimes killed
  lap_end end = lap_end::quiet;
  std::uint64_t end_at = 0; ///< operation of the first host at which the lap ends; not used by `quiet`
};

/// Settings for a whole run: the segment size of a directory never changes.
struct run_plan {
  bool roomy = false;
  std::uint64_t hosts = 8;
};

/// Draws the modes of a lap, with small mailboxes and limits. `operations`: those left in the run.
[[nodiscard]] lap_plan draw_lap(const run_plan& run, chance draws, std::uint64_t operations);

} // namespace hearth::stress
