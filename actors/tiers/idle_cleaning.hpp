#pragma once

#include "actors/tiers/dirty_range.hpp"

#include <chrono>
#include <optional>

namespace hearth::actors {

/// Idle cleaning: decides when the dirty blocks are written ahead of need, because the writer has had nothing to do for
/// a while, and remembers how far that is. Offers no block itself. Threads: one owner.
class idle_cleaning {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Cleaning begins when the writer has been idle for `idle_for`. 0: never.
  explicit idle_cleaning(std::chrono::nanoseconds idle_for) : idle_for_(idle_for), on_(idle_for.count() > 0) {}

  /// Whether `mark_dirty_pending` would change anything: saves its caller a look at the clock.
  [[nodiscard]] bool wants_mark() const noexcept { return on_ && !dirty_since_; }

  /// A block may have become dirty at `now`: a cleaning is to follow.
  void mark_dirty_pending(time_point now) noexcept {
    if (wants_mark())
      dirty_since_ = now;
  }
  [[nodiscard]] bool dirty_pending() const noexcept { return dirty_since_.has_value(); }

  /// The writer has work at `now`.
  void writer_busy(time_point now) noexcept { writer_busy_ = now; }

  /// No cleaning begins before `until`: a disk that fails is given time.
  void put_off(time_point until) noexcept { not_before_ = until; }

  /// When the next cleaning begins, if the writer stays idle. Pre: `dirty_pending()`.
  [[nodiscard]] time_point due() const noexcept;

  /// Begins a cleaning of `dirty`, all that is dirty now, if one is due at `now`. Returns whether it has begun.
  bool begin(time_point now, bool writer_idle, const dirty_range& dirty) noexcept;

  /// What the cleaning that has begun has still to offer; the caller removes what it offers. Empty: there is none.
  [[nodiscard]] dirty_range& rest() noexcept { return rest_; }

  /// Ends the cleaning that has begun.
  void interrupt() noexcept { rest_ = {}; }

  /// Ends it, and no other one ever begins.
  void stop() noexcept;

private:
  std::chrono::nanoseconds idle_for_;
  bool on_;
  dirty_range rest_;
  std::optional<time_point> dirty_since_; ///< a block may have become dirty since the last cleaning began
  time_point writer_busy_;                ///< when it was last
  time_point not_before_;
};

} // namespace hearth::actors
