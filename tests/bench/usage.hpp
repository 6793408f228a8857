#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace hearth::bench {

/// What a stretch of work cost. CPU seconds are user and system time of all threads.
struct usage {
  double cpu_s = 0;
  std::uint64_t written_bytes = 0; ///< caused by these processes to reach the device, as the kernel accounts it
  std::uint64_t read_bytes = 0;    ///< caused by them to be read from the device, read-ahead included

  friend usage operator-(usage later, const usage& earlier) noexcept {
    return {later.cpu_s - earlier.cpu_s, later.written_bytes - earlier.written_bytes,
            later.read_bytes - earlier.read_bytes};
  }
};

/// Of this process since it began, and of `child` (0: none) since that began.
[[nodiscard]] usage usage_now(pid_t child);

/// Seconds on a clock that only goes forward.
[[nodiscard]] double seconds_now();

/// What the files in `directory`, and in its folders, take on disk: blocks, not lengths. Folders themselves do not
/// count.
[[nodiscard]] std::uint64_t bytes_on_disk(const std::string& directory);

/// Takes the files in `directory` out of the page cache. If `thorough`, writes everything back before, and for root
/// drops all other caches of the kernel, names and inodes among them: every program on the machine feels that.
void drop_page_cache(const std::string& directory, bool thorough);

} // namespace hearth::bench
