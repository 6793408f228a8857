#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

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

/// Writes everything back and takes the files in `directory` out of the page cache; if `thorough`, for root, all other
/// caches of the kernel as well, names and inodes among them: that is felt by every program on the machine.
void drop_page_cache(const std::string& directory, bool thorough);

/// Looks from time to time how much a directory takes, on a thread of its own that is idle 49 parts in 50.
class space_sampler {
public:
  explicit space_sampler(std::string directory);
  space_sampler(const space_sampler&) = delete;
  space_sampler& operator=(const space_sampler&) = delete;
  ~space_sampler();

  void finish(); ///< ends the thread, after a last look; then:
  [[nodiscard]] std::uint64_t peak_bytes() const noexcept { return peak_bytes_; }
  [[nodiscard]] double cpu_s() const noexcept { return cpu_s_; } ///< what looking has cost

private:
  void sample();

  std::string directory_;
  std::atomic<bool> done_ = false;
  std::uint64_t peak_bytes_ = 0;
  double cpu_s_ = 0;
  std::thread thread_; ///< last: it uses the others
};

} // namespace hearth::bench
