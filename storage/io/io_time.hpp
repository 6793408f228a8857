#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

// Time, as the engines with threads of their own use it.

namespace hearth::storage {

/// Spaces writes out: none starts before the bytes of the one before have had their time. To see saturation on any
/// disk. Threads: one owner, or under its lock.
class write_pace {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// 0: no limit.
  explicit write_pace(std::uint64_t bytes_per_second) noexcept : bytes_per_second_(bytes_per_second) {}

  /// Whether a write may start at `now`.
  [[nodiscard]] bool due(time_point now) const noexcept { return bytes_per_second_ == 0 || now >= next_; }

  /// When the next write may start.
  [[nodiscard]] time_point next() const noexcept { return next_; }

  /// A write of `bytes` starts at `now`. One write takes a day at most.
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

/// Waits up to `patience`, which may be "for ever", until `holds` does; returns whether it does. Pre: `guard` is
/// locked, and whoever makes `holds` true notifies `changed`.
template <class Condition>
bool wait_patiently(std::condition_variable& changed, std::unique_lock<std::mutex>& guard,
                    std::chrono::nanoseconds patience, Condition holds) {
  using steady = std::chrono::steady_clock;
  // Compared as a remainder, because now + patience overflows for "for ever".
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
