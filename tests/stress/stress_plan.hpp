#pragma once

#include "actors/host/cache_options.hpp"
#include "tests/simulation/chance.hpp"

#include <cstdint>

namespace hearth::stress {

using simulation::chance;

inline constexpr std::uint64_t hot_bytes_most = 3 << 20;

/// How a lap ends: in order, once all is quiet; by a close while hosts go on asking; or with the death of hot_cache.
enum class lap_end : std::uint8_t { quiet, closed_under_fire, death };

/// One life of a cache on the directory of a run.
struct lap_plan {
  cache_options options;
  std::uint64_t operations = 0; ///< of all hosts; fewer if it ends before
  std::uint64_t cold_most = 0;  ///< largest cold limit of the lap
  bool roomy = false;           ///< nothing should have to be reclaimed, and limits of the cold tier stay
  bool resets = false;          ///< counters are reset now and then
  bool deaths = false;          ///< writer, reader and stats are killed now and then
  lap_end end = lap_end::quiet;
  std::uint64_t end_at = 0; ///< operation of the first host at which the lap ends, unless it ends quietly
};

/// What stays for a whole run: a directory belongs to one size of segments.
struct run_plan {
  bool roomy = false;
  std::uint64_t hosts = 8;
};

/// Modes, small mailboxes and limits of a lap. `operations`: what is left of the run.
[[nodiscard]] lap_plan draw_lap(const run_plan& run, chance draws, std::uint64_t operations);

} // namespace hearth::stress
