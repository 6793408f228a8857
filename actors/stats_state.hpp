#pragma once

#include "actors/bounded.hpp"
#include "actors/journal.hpp"
#include "actors/tiers/limits_now.hpp"
#include "stats/latencies.hpp"
#include "stats/timeline.hpp"
#include "stats/totals.hpp"
#include "storage/blocks/namespace_table.hpp"
#include "storage/cold/cold_figures.hpp"
#include "storage/hot/read_notes.hpp"
#include "storage/memory/buffer_pool.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_clock.hpp>

#include <memory>
#include <vector>

namespace hearth::actors {

/// Sources that stats reads. stats changes only the baseline and the timeline.
struct stats_sources {
  hot_cache_actor hot_cache; ///< when hot_cache dies, its dirty and pending blocks count as lost
  std::vector<std::shared_ptr<const stats::tally>> tallies;
  std::shared_ptr<const storage::namespace_table> namespaces;
  std::shared_ptr<const limits_now> limits;
  std::shared_ptr<const storage::cold_figures> cold; ///< null: hot tier only
  std::shared_ptr<const storage::read_notes> read_notes;
  std::shared_ptr<class journal> journal;
  std::shared_ptr<stats::baseline> baseline;     ///< figures at the last reset; owned by the one living stats actor
  std::shared_ptr<stats::latencies> latencies;
  std::shared_ptr<stats::timeline> timeline;     ///< figures over time; owned by the one living stats actor
  const storage::buffer_pool* buffers = nullptr; ///< null: buffer memory is not counted
};

/// Answers snapshots: reads and adds up the tallies, adds the cold tier's own ledger, and subtracts the baseline of the
/// last reset. Every second it adds the totals to the timeline, from which it answers what happened recently. When a
/// tally has changed, stats reads the tallies too, and logs write drops. If hot_cache dies, its dirty and pending
/// blocks count as lost. Holds no state that a successor cannot find in the sources.
class stats_state {
public:
  static constexpr const char* name = "stats";
  using bounded_messages =
      bounds<messages::tally_changed, messages::snapshot_request, messages::history_request, messages::reset_request>;

  stats_state(stats_actor::base* self, stats_sources sources);

  stats_actor::behavior_type make_behavior();

private:
  void on_tally_changed();
  caf::result<messages::snapshot_reply> on_snapshot(messages::snapshot_request& x);
  messages::history_reply on_history(messages::history_request& x);
  messages::reset_reply on_reset();
  void on_tick();
  void on_hot_cache_down();
  void log_drops(const std::vector<stats::tally_entry>& entries);

  [[nodiscard]] std::vector<stats::tally_entry> tallied() const;
  [[nodiscard]] std::vector<stats::tally_entry> totals() const;
  [[nodiscard]] std::int64_t now_ns() const;
  [[nodiscard]] stats::tally_entry whole_of(const std::vector<stats::tally_entry>& totals) const;
  void add_figures_of_the_whole(stats::gauges& levels) const;

  stats_actor::base* self_;
  stats_sources sources_;
  caf::actor_addr hot_cache_;
  bool hot_cache_died_ = false;
  stats::ledger logged_;                   ///< drops that are in the log
  caf::actor_clock::time_point log_after_; ///< limits the log to one line per second
};

using stats_impl = bounded<stats_actor, stats_state>;

} // namespace hearth::actors
