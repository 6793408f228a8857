#pragma once

#include "actors/parts.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_clock.hpp>

#include <array>
#include <memory>

namespace hearth::actors {

/// Answers what happened: sums the tallies of hot_cache and the preflight, adds the cold tier's own ledger, and
/// subtracts the baseline of the last reset. Reports write drops to the log. If hot_cache dies, it counts what was
/// dirty or pending as lost. Holds nothing that a successor could not find in `cache_parts`.
class stats_state {
public:
  static constexpr const char* name = "stats";
  using bounded_messages = bounds<messages::totals_note, messages::snapshot_request, messages::reset_request>;

  stats_state(stats_actor::base* self, std::shared_ptr<const cache_parts> parts, hot_cache_actor hot_cache);

  stats_actor::behavior_type make_behavior();

private:
  void on_totals();
  caf::result<messages::snapshot_reply> on_snapshot(messages::snapshot_request& x);
  messages::reset_reply on_reset();
  void on_hot_cache_down();

  [[nodiscard]] std::vector<stats::tally_entry> totals() const;

  stats_actor::base* self_;
  std::shared_ptr<const cache_parts> parts_;
  caf::actor_addr hot_cache_;
  stats::ledger logged_;                   ///< drops up to here are in the log
  caf::actor_clock::time_point log_after_; ///< one line a second
};

using stats_impl = bounded<stats_actor, stats_state>;

} // namespace hearth::actors
