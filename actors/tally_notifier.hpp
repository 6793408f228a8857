#pragma once

#include "actors/actor_registry.hpp"
#include "actors/bounded.hpp"

#include <memory>
#include <utility>

namespace hearth::actors {

/// Notifies the stats actor that a tally has changed, so that it reads the tallies and logs write drops. A snapshot
/// needs no notice. At most one notice per sender is in flight; a change meanwhile is already in the tally when that
/// notice is handled. A full or dead stats actor costs the sender nothing. Threads: any.
class tally_notifier {
public:
  tally_notifier(std::shared_ptr<const actor_registry> registry, std::shared_ptr<messages::gate> stats_gate)
      : registry_(std::move(registry)), stats_gate_(std::move(stats_gate)),
        turn_(std::make_shared<messages::gate>(messages::gate_limits{1, 0, 0})) {}

  void tally_changed() const {
    messages::tally_changed notice;
    notice.turn = messages::admit(turn_, {1, 0});
    const auto stats = notice.turn ? registry_->stats() : stats_actor{};
    if (stats)
      (void)try_send(bounded_ref<stats_actor>{stats, stats_gate_}, std::move(notice));
  }

private:
  std::shared_ptr<const actor_registry> registry_;
  std::shared_ptr<messages::gate> stats_gate_;
  std::shared_ptr<messages::gate> turn_;
};

} // namespace hearth::actors
