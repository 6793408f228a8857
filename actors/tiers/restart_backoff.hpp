#pragma once

#include <chrono>
#include <cstddef>

namespace hearth::actors {

/// Back-off: waiting times before another attempt. The first is `first`; each failure in a row doubles it, up to
/// `most`.
struct backoff_limits {
  std::chrono::nanoseconds first{std::chrono::milliseconds{100}};
  std::chrono::nanoseconds most{std::chrono::seconds{10}};

  /// Waiting time after `failures` failures in a row; `first` after none.
  [[nodiscard]] std::chrono::nanoseconds after(std::size_t failures) const noexcept;
};

/// Restart back-off of one actor. Each death soon after the last one doubles the waiting time. An actor that lived
/// longer than twice the longest waiting time starts again with the shortest. Threads: one owner.
class restart_backoff {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit restart_backoff(const backoff_limits& limits) : limits_(limits) {}

  /// The actor died at `now`. Returns the waiting time before its successor starts.
  [[nodiscard]] std::chrono::nanoseconds died(time_point now) noexcept;

  [[nodiscard]] std::size_t deaths_in_a_row() const noexcept { return deaths_in_a_row_; }

private:
  backoff_limits limits_;
  std::size_t deaths_in_a_row_ = 0;
  time_point last_death_;
};

} // namespace hearth::actors
