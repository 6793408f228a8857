#pragma once

#include "stats/counters.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace hearth::stats {

/// The counters and gauges that one sender has run up, for one namespace.
struct tally_entry {
  hearth::stats::counters counters;
  hearth::stats::gauges gauges;
};

/// Cumulative totals of one sender (hot_cache, or the facade's preflight), per namespace. The sender adds to its own
/// tally; whoever reports reads the newest totals. Because totals are cumulative, a report that is late, merged or lost
/// loses nothing, and they outlive the actor that counted.
/// Invariant: every entry's ledger balances whenever the tally is not locked.
/// Threads: any; the lock is held for a few additions.
class tally {
public:
  /// `namespaces_max` >= 1: the bound on entries.
  explicit tally(std::size_t namespaces_max = 64) : namespaces_max_(namespaces_max) {}

  /// Applies `change` to the entry of namespace number `name_space` (made if new). A number that no namespace can have,
  /// from a sender that made it up, counts under 0. `change` must not call back.
  template <class Change>
  void update(std::size_t name_space, Change&& change) {
    std::lock_guard guard{mutex_};
    if (name_space >= namespaces_max_)
      name_space = 0;
    if (entries_.size() <= name_space)
      entries_.resize(name_space + 1);
    change(entries_[name_space]);
  }

  /// All entries, by namespace number; one consistent moment.
  [[nodiscard]] std::vector<tally_entry> read() const;

private:
  const std::size_t namespaces_max_;
  mutable std::mutex mutex_;
  std::vector<tally_entry> entries_;
};

} // namespace hearth::stats
