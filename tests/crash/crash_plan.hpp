#pragma once

#include "actors/host/cache_options.hpp"
#include "tests/crash/crash_blocks.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::crash {

/// Properties of a directory that stay the same over its lifetime.
struct directory_plan {
  bool roomy = true; ///< large enough that nothing is ever reclaimed: every lost block is an error
  std::uint64_t cold_bytes_max = 0;
  std::uint64_t segment_bytes = 0;
  size_mix mix = size_mix::varied;
};

/// When the parent kills a writing process.
enum class kill_moment : std::uint8_t {
  time,       ///< at a time after its start
  opening,    ///< while it opens the directory
  operations, ///< after a number of reports of the work
  flush,      ///< after a flush has begun
  synced,     ///< right after a flush was acknowledged: everything it promised must be on disk
  close,      ///< after the close has begun
  never,      ///< the process ends by itself
};
[[nodiscard]] std::string_view to_string(kill_moment moment) noexcept;

struct kill_plan {
  kill_moment moment = kill_moment::time;
  std::uint64_t count = 1;                                  ///< number of reports to wait for
  std::chrono::microseconds delay{0};                       ///< after these reports
  std::optional<std::chrono::microseconds> at_the_latest{}; ///< after the start, even if the reports have not arrived
};

/// Plan for one life: one writing process from start to end.
struct life_plan {
  cache_options options; ///< without directory and `on_opening`
  std::uint32_t lanes_used = lanes;
  std::uint64_t operations = 0;                            ///< per lane; then the process closes the cache
  std::uint64_t put_bytes_max = 0;                         ///< of all lanes; keeps the directory roomy
  std::uint64_t flush_one_in = 40;                         ///< one flush per this many operations
  bool pauses = false;                                     ///< lanes sometimes wait, so that idle cleaning runs
  std::optional<std::chrono::milliseconds> flush_deadline; ///< nothing: no deadline
  kill_plan kill;
  std::uint64_t calls_a_fault = 0;  ///< about one call in this many fails; 0: no faults
  bool full_disk = false;           ///< some faults are "disk full"; then the cold tier reclaims to make room
  std::uint64_t calls_in_peace = 0; ///< number of calls before the first fault
  bool checker_closes = true; ///< true: the check after this life ends in a close; false: the checker is killed, too

  /// No block may be lost on the way to the disk: a block that was put is present until it is erased.
  bool lossless = true;
};

/// Upper limit of the bytes put in one life.
inline constexpr std::uint64_t life_bytes_max = 48 << 20;

/// Plan for a directory that is created in round `first_round`. The same arguments give the same plan.
[[nodiscard]] directory_plan plan_directory(std::uint64_t seed, std::uint64_t first_round);

/// Plan for the life in round `round`. With `faults`, some write calls fail. The cache then does its I/O on threads:
/// the faults are injected in the C library, which io_uring bypasses.
[[nodiscard]] life_plan plan_life(std::uint64_t seed, std::uint64_t round, const directory_plan& directory,
                                  bool faults);

/// Cache options for a checker: no block is promoted, so each is read from disk and none is dropped because of the hot
/// tier's limit.
[[nodiscard]] cache_options checker_options(const directory_plan& directory);

/// Whether a directory that uses `bytes_in_use` has room for one more life without reclaiming.
[[nodiscard]] bool has_room(const directory_plan& directory, std::uint64_t bytes_in_use);

} // namespace hearth::crash
