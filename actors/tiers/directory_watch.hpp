#pragma once

#include "actors/tiers/restart_backoff.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace hearth::actors {

/// Directory watch: decides when the cold tier's directory is looked for, and when one that went away is opened again.
/// At most one look or opening is under way. Does neither itself: the caller does what `next` says, and tells the
/// answer. Threads: one owner.
class directory_watch {
public:
  using time_point = restart_backoff::time_point;

  enum class action : std::uint8_t {
    none, ///< not yet, or the last answer is still to come
    look, ///< ask whether the directory is there; answer: `answered`
    open, ///< open the directory again; answer: `opened` or `opening_failed`
  };
  struct decision {
    action what = action::none;
    std::optional<time_point> ask_again{}; ///< when to call `next` again; nothing: after the answer
  };

  /// The directory is there, and looked for every `look_every`. `limits`: waiting times between attempts to open it.
  directory_watch(std::chrono::nanoseconds look_every, const backoff_limits& limits)
      : look_every_(look_every), limits_(limits) {}

  /// What to do at `now`. `attached`: whether the directory was there when it was last looked for.
  [[nodiscard]] decision next(time_point now, bool attached);

  /// Something failed on the cold tier: is a look to be made at once? False: an answer is still to come anyway.
  [[nodiscard]] bool look_now() noexcept;

  /// The answer to a look has come.
  void answered() noexcept { waits_ = false; }

  /// The directory is gone: attempts to open it begin after the shortest waiting time.
  void detached(time_point now);

  /// An attempt to open the directory has failed: the next one follows later than this one did. Returns whether
  /// `reason` is another one than that of the last attempt.
  [[nodiscard]] bool opening_failed(time_point now, const std::string& reason);

  /// The directory was opened: it is attached from now on.
  void opened(time_point now);

  /// Attempts that have failed since the directory went away.
  [[nodiscard]] std::size_t opening_failures() const noexcept { return opening_failures_; }

private:
  std::chrono::nanoseconds look_every_;
  backoff_limits limits_;
  time_point due_;
  bool waits_ = false; ///< for an answer
  std::size_t opening_failures_ = 0;
  std::string last_reason_;
};

} // namespace hearth::actors
