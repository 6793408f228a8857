#pragma once

#include "actors/tiers/restart_backoff.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace hearth::actors {

/// Directory watch: decides when to check whether the cold tier's directory is there, and when to reopen a directory
/// that went away. At most one check or opening is in flight. The watch performs neither: the caller does what `next`
/// returns, and reports the answer. Threads: one owner.
class directory_watch {
public:
  using time_point = restart_backoff::time_point;

  enum class action : std::uint8_t {
    none, ///< not due, or an answer is pending
    look, ///< check whether the directory is there; answer: `answered`
    open, ///< reopen the directory; answer: `opened` or `opening_failed`
  };
  struct decision {
    action what = action::none;
    std::optional<time_point> ask_again{}; ///< when to call `next` again; not set: after the answer
  };

  /// Pre: the directory is there. `look_every`: time between checks. `limits`: waiting times between attempts to reopen
  /// the directory.
  directory_watch(std::chrono::nanoseconds look_every, const backoff_limits& limits)
      : look_every_(look_every), limits_(limits) {}

  /// What to do at `now`. `attached`: the directory was there at the last check.
  [[nodiscard]] decision next(time_point now, bool attached);

  /// An operation on the cold tier has failed. Returns whether to check at once; false if an answer is pending.
  [[nodiscard]] bool look_now() noexcept;

  /// The answer to a check has arrived.
  void answered() noexcept { waits_ = false; }

  /// The directory is gone: attempts to reopen it begin after the shortest waiting time.
  void detached(time_point now);

  /// An attempt to reopen the directory has failed: the waiting time grows. Returns whether `reason` differs from the
  /// reason of the previous attempt.
  [[nodiscard]] bool opening_failed(time_point now, const std::string& reason);

  /// The directory was reopened: it is attached from now on.
  void opened(time_point now);

  /// Failed attempts since the directory went away.
  [[nodiscard]] std::size_t opening_failures() const noexcept { return opening_failures_; }

private:
  std::chrono::nanoseconds look_every_;
  backoff_limits limits_;
  time_point due_;
  bool waits_ = false; ///< an answer is pending
  std::size_t opening_failures_ = 0;
  std::string last_reason_;
};

} // namespace hearth::actors
