#pragma once

#include "stats/counters.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace hearth::stats {

/// Counters and gauges of one sender, for one namespace.
struct tally_entry {
  hearth::stats::counters counters;
  hearth::stats::gauges gauges;
};

/// Cumulative totals of one sender (hot_cache or the facade's preflight, for example), per namespace. The sender adds
/// to its own tally; stats reads the newest totals. Because totals are cumulative, a notice that is late, merged or
/// lost loses no numbers, and totals outlive the actor that counted them. Invariant: every entry's ledger balances
/// whenever the tally is not locked. Threads: any; the lock is held for a few additions.
class tally {
public:
  /// `namespaces_max` >= 1: the most entries.
  explicit tally(std::size_t namespaces_max = 64) : namespaces_max_(namespaces_max) {}

  /// Applies `change` to the entry of namespace number `name_space`, and makes the entry if it is new. A number that no
  /// namespace can have counts under 0. `change` must not call this tally.
  template <class Change>
  void update(std::size_t name_space, Change&& change) {
    std::lock_guard guard{mutex_};
    if (name_space >= namespaces_max_)
      name_space = 0;
    if (entries_.size() <= name_space)
      entries_.resize(name_space + 1);
    change(entries_[name_space]);
  }

  /// All entries, by namespace number, at one consistent moment.
  [[nodiscard]] std::vector<tally_entry> read() const;

private:
  const std::size_t namespaces_max_;
  mutable std::mutex mutex_;
  std::vector<tally_entry> entries_;
};

} // namespace hearth::stats
