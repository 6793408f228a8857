#pragma once

#include "actors/tiers/restart_backoff.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>

namespace hearth::actors {

/// The actors that hot_cache starts and replaces.
enum class supervised : std::uint8_t { writer, reader, stats };

/// Supervision: remembers which actors died, and when the successor of each is to start. Knows no actors: hot_cache
/// tells it of deaths, and starts what is due. Threads: one owner.
class supervision {
public:
  using time_point = restart_backoff::time_point;

  explicit supervision(const backoff_limits& limits)
      : backoffs_{restart_backoff{limits}, restart_backoff{limits}, restart_backoff{limits}} {}

  /// `who` died at `now`: its successor becomes due after its back-off.
  void died(supervised who, time_point now);

  /// Takes out one actor whose successor is to start by `now`, the longest overdue first. Nothing: none is due.
  [[nodiscard]] std::optional<supervised> take_due(time_point now);

  /// When the next successor is due. Nothing: all are alive.
  [[nodiscard]] std::optional<time_point> next_due() const;

  [[nodiscard]] std::size_t deaths_in_a_row(supervised who) const noexcept {
    return backoffs_[static_cast<std::size_t>(who)].deaths_in_a_row();
  }

private:
  std::array<restart_backoff, 3> backoffs_; ///< by `supervised`
  std::multimap<time_point, supervised> restarts_;
};

} // namespace hearth::actors
