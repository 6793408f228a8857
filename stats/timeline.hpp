#pragma once

#include "stats/figures.hpp"
#include "stats/history.hpp"
#include "stats/recent.hpp"
#include "stats/tally.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace hearth::stats {

/// Timeline: what a cache counted over time. Keeps the whole cache's figures of the last hour in seconds and of the
/// last day in minutes, each namespace's of the last 15 minutes in half minutes, and the time at which stats saw each
/// drop and failure reason last. Memory: up to 2.5 MB, and 16 KB for each namespace. Times are ns of any clock that
/// only advances. Threads: one owner.
class timeline {
public:
  static constexpr std::int64_t second_ns = 1'000'000'000;
  static constexpr std::size_t seconds_kept = 3600, minutes_kept = 1440;

  /// Notes which drop and failure reasons have grown by `now_ns`. `totals`: cumulative since the cache was opened, by
  /// namespace number.
  void notice(std::int64_t now_ns, const std::vector<tally_entry>& totals);

  /// Adds a step to the history, if a second has passed since the last one. Call it every second. `whole`: the totals
  /// of the whole cache.
  void record(std::int64_t now_ns, const std::vector<tally_entry>& totals, const tally_entry& whole);

  /// Recent events of one namespace until `now_ns`. `total`: its cumulative total now. Times of last drops are given as
  /// `wall_ms` (the wall clock now) minus their age.
  [[nodiscard]] recent_events recent(std::size_t number, std::int64_t now_ns, std::int64_t wall_ms,
                                     const tally_entry& total) const;

  /// The same for the whole cache.
  [[nodiscard]] recent_events recent(std::int64_t now_ns, std::int64_t wall_ms, const tally_entry& whole) const;

  /// The last hour in seconds or the last day in minutes, without the steps that ended at or before `since_ms`.
  [[nodiscard]] history seconds(std::int64_t now_ns, std::int64_t wall_ms, std::int64_t since_ms) const;
  [[nodiscard]] history minutes(std::int64_t now_ns, std::int64_t wall_ms, std::int64_t since_ms) const;

private:
  /// Cumulative figures at one moment.
  struct sample {
    std::int64_t at_ns = 0;
    figure_values values{};
  };
  using samples = std::deque<sample>; ///< oldest first

  /// When each reason grew last, ns; never if negative.
  struct last_times {
    last_times();
    std::array<std::int64_t, drop_reasons> dropped;
    std::array<std::int64_t, fail_reasons> failed;
  };

  struct part {
    hearth::stats::ledger seen; ///< at the last `notice`
    last_times last;
    samples half_minutes;
  };

  static recent_events describe(const samples& kept, const last_times& last, std::int64_t now_ns, std::int64_t wall_ms,
                                const tally_entry& total);
  static history steps(const samples& kept, std::int64_t step_ns, std::int64_t now_ns, std::int64_t wall_ms,
                       std::int64_t since_ms);

  std::vector<part> parts_; ///< by namespace number
  samples seconds_, minutes_;
};

} // namespace hearth::stats
