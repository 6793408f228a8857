#pragma once

#include "actors/tiers/dirty_range.hpp"

#include <chrono>
#include <optional>

namespace hearth::actors {

/// Idle cleaning: decides when to write dirty blocks ahead of need, after the writer has been idle for a while, and
/// keeps track of the progress. Offers no block itself. Threads: one owner.
class idle_cleaning {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `idle_for`: cleaning begins when the writer has been idle for this time. 0: never.
  explicit idle_cleaning(std::chrono::nanoseconds idle_for) : idle_for_(idle_for), on_(idle_for.count() > 0) {}

  /// Whether `mark_dirty_pending` would have an effect. Saves the caller a clock read.
  [[nodiscard]] bool wants_mark() const noexcept { return on_ && !dirty_since_; }

  /// A block may have become dirty at `now`: schedules a cleaning.
  void mark_dirty_pending(time_point now) noexcept {
    if (wants_mark())
      dirty_since_ = now;
  }
  [[nodiscard]] bool dirty_pending() const noexcept { return dirty_since_.has_value(); }

  /// The writer has work at `now`.
  void writer_busy(time_point now) noexcept { writer_busy_ = now; }

  /// Back-off for a failing disk: no cleaning begins before `until`.
  void put_off(time_point until) noexcept { not_before_ = until; }

  /// When the next cleaning begins, if the writer stays idle. Pre: `dirty_pending()`.
  [[nodiscard]] time_point due() const noexcept;

  /// Begins a cleaning of `dirty`, all blocks that are dirty now, if one is due at `now`. Returns whether it has begun.
  bool begin(time_point now, bool writer_idle, const dirty_range& dirty) noexcept;

  /// Blocks that the current cleaning has still to offer; the caller removes those it offers. Empty: no cleaning runs.
  [[nodiscard]] dirty_range& rest() noexcept { return rest_; }

  /// Ends the current cleaning.
  void interrupt() noexcept { rest_ = {}; }

  /// Ends the current cleaning. After: `mark_dirty_pending` has no effect.
  void stop() noexcept;

private:
  std::chrono::nanoseconds idle_for_;
  bool on_;
  dirty_range rest_;
  std::optional<time_point> dirty_since_; ///< a block may have become dirty since the last cleaning began
  time_point writer_busy_;                ///< last time the writer had work
  time_point not_before_;
};

} // namespace hearth::actors
