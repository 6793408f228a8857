#pragma once

#include "actors/host/cache_options.hpp"
#include "tests/crash/crash_blocks.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::crash {

/// What stays the same while one directory lives.
struct directory_plan {
  bool roomy = true; ///< so large that nothing is ever reclaimed: what is lost has no excuse
  std::uint64_t cold_bytes_max = 0;
  std::uint64_t segment_bytes = 0;
  size_mix mix = size_mix::varied;
};

/// When the parent kills a writing process.
enum class kill_moment : std::uint8_t {
  time,       ///< so long after it was started
  opening,    ///< while it opens the directory
  operations, ///< after so many reports of the work
  flush,      ///< after a flush has begun
  synced,     ///< right after a flush was acknowledged: nothing it promised may still be on its way
  close,      ///< after the close has begun
  never,      ///< it ends by itself
};
[[nodiscard]] std::string_view to_string(kill_moment moment) noexcept;

struct kill_plan {
  kill_moment moment = kill_moment::time;
  std::uint64_t count = 1;                                  ///< of the reports that it waits for
  std::chrono::microseconds delay{0};                       ///< from there on
  std::optional<std::chrono::microseconds> at_the_latest{}; ///< since its start, whatever it waits for
};

/// One life of a writing process.
struct life_plan {
  cache_options options; ///< without directory and `on_opening`
  std::uint32_t lanes_used = lanes;
  std::uint64_t operations = 0;    ///< of each lane, then it closes
  std::uint64_t put_bytes_max = 0; ///< of all lanes: the directory stays roomy
  std::uint64_t flush_one_in = 40; ///< operations
  bool pauses = false;             ///< now and then a lane waits, so that idle cleaning has its turn
  std::optional<std::chrono::milliseconds> flush_deadline; ///< none: as long as it takes
  kill_plan kill;
  std::uint64_t calls_a_fault = 0;  ///< about one in so many calls fails; 0: none
  bool full_disk = false;           ///< faults are those of a full disk, too: then the cold tier reclaims to make room
  std::uint64_t calls_in_peace = 0; ///< before the first of them
  bool checker_closes = true;       ///< the check after this life ends in a close; false: it is killed, too

  /// Nothing may ever get lost on the way to the disk: what was put is there until it is erased.
  bool lossless = true;
};

/// The bytes that one life may put at most.
inline constexpr std::uint64_t life_bytes_max = 48 << 20;

/// A directory taken into use in round `first_round`. The same numbers give the same plan.
[[nodiscard]] directory_plan plan_directory(std::uint64_t seed, std::uint64_t first_round);

/// The life of round `round`. With `faults`, writes below fail now and then: the cache then runs with threads, because
/// io_uring passes by the C library, where they are made to fail.
[[nodiscard]] life_plan plan_life(std::uint64_t seed, std::uint64_t round, const directory_plan& directory,
                                  bool faults);

/// How one checks a directory: everything as it is found, nothing lost to the hot tier's limit.
[[nodiscard]] cache_options checker_options(const directory_plan& directory);

/// Whether a directory that takes `bytes_in_use` has room for one more life, and nothing reclaimed.
[[nodiscard]] bool has_room(const directory_plan& directory, std::uint64_t bytes_in_use);

} // namespace hearth::crash
