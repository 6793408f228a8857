#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace hearth::bench {

/// Resources used by a piece of work. CPU seconds are user plus system time of all threads.
struct usage {
  double cpu_s = 0;
  std::uint64_t written_bytes = 0; ///< device writes of these processes, as the kernel accounts them
  std::uint64_t read_bytes = 0;    ///< device reads of these processes, read-ahead included

  friend usage operator-(usage later, const usage& earlier) noexcept {
    return {later.cpu_s - earlier.cpu_s, later.written_bytes - earlier.written_bytes,
            later.read_bytes - earlier.read_bytes};
  }
};

/// Usage of this process since its start, plus that of `child` (0: none) since its start.
[[nodiscard]] usage usage_now(pid_t child);

/// Seconds of a monotonic clock.
[[nodiscard]] double seconds_now();

/// Disk space used by the files in `directory` and in its folders: allocated blocks, not file lengths. Folders
/// themselves do not count.
[[nodiscard]] std::uint64_t bytes_on_disk(const std::string& directory);

/// Drops the files in `directory` from the page cache. If `thorough`: first writes all dirty pages back and, as root,
/// drops all other kernel caches, those of names and inodes too. That slows every program on the machine.
void drop_page_cache(const std::string& directory, bool thorough);

} // namespace hearth::bench
