#pragma once

#include "actors/tiers/restart_backoff.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>

namespace hearth::actors {

/// Actors that hot_cache starts and replaces.
enum class supervised : std::uint8_t { writer, reader, stats };

/// Supervision: keeps track of dead actors and of the restart time of each. Independent of actors: hot_cache reports
/// deaths and restarts the actors that are due. Threads: one owner.
class supervision {
public:
  using time_point = restart_backoff::time_point;

  explicit supervision(const backoff_limits& limits)
      : backoffs_{restart_backoff{limits}, restart_backoff{limits}, restart_backoff{limits}} {}

  /// `who` died at `now`: its restart is due after its back-off.
  void died(supervised who, time_point now);

  /// Removes and returns one actor whose restart is due at `now`, the longest overdue first. Not set: none is due.
  [[nodiscard]] std::optional<supervised> take_due(time_point now);

  /// When the next restart is due. Not set: all actors are alive.
  [[nodiscard]] std::optional<time_point> next_due() const;

  [[nodiscard]] std::size_t deaths_in_a_row(supervised who) const noexcept {
    return backoffs_[static_cast<std::size_t>(who)].deaths_in_a_row();
  }

private:
  std::array<restart_backoff, 3> backoffs_; ///< indexed by `supervised`
  std::multimap<time_point, supervised> restarts_;
};

} // namespace hearth::actors
