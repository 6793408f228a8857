#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

// Pacing and waiting, for engines with threads of their own.

namespace hearth::storage {

/// Write pacing, to test saturation on any disk: after a write starts, the next one waits for as long as the limit
/// allows for the bytes of the first. Threads: one owner, or under the owner's lock.
class write_pace {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// 0: no limit.
  explicit write_pace(std::uint64_t bytes_per_second) noexcept : bytes_per_second_(bytes_per_second) {}

  /// Whether a write may start at `now`.
  [[nodiscard]] bool due(time_point now) const noexcept { return bytes_per_second_ == 0 || now >= next_; }

  /// When the next write may start.
  [[nodiscard]] time_point next() const noexcept { return next_; }

  /// Records that a write of `bytes` starts at `now`. It delays the next write by at most a day.
  void started(std::uint64_t bytes, time_point now) noexcept {
    if (bytes_per_second_ == 0)
      return;
    const auto seconds = static_cast<double>(bytes) / static_cast<double>(bytes_per_second_);
    const auto pause = std::chrono::duration<double>{std::min(seconds, 86'400.0)};
    next_ = now + std::chrono::duration_cast<time_point::duration>(pause);
  }

private:
  std::uint64_t bytes_per_second_;
  time_point next_{};
};

/// Waits until `holds` returns true, up to `patience`, which may be "forever". Returns the last result of `holds`. Pre:
/// `guard` is locked, and the code that makes `holds` true notifies `changed`.
template <class Condition>
bool wait_patiently(std::condition_variable& changed, std::unique_lock<std::mutex>& guard,
                    std::chrono::nanoseconds patience, Condition holds) {
  using steady = std::chrono::steady_clock;
  // Compares the remaining time with zero, because now + patience overflows for "forever".
  const auto start = steady::now();
  while (!holds()) {
    const auto left = patience - (steady::now() - start);
    if (left <= left.zero())
      return false;
    changed.wait_for(guard, std::min<std::chrono::nanoseconds>(left, std::chrono::hours{1}));
  }
  return true;
}

} // namespace hearth::storage
