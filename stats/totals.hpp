#pragma once

#include "stats/snapshot.hpp"
#include "stats/tally.hpp"
#include "stats/timeline.hpp"

#include <string>
#include <vector>

// Computes a snapshot from the totals of the senders.
namespace hearth::stats {

/// Baseline: the counters at the last reset, by namespace number. A snapshot subtracts it.
struct baseline {
  std::vector<counters> entries;
};

/// The baseline that a reset at this moment sets: from here on every counter starts at zero, gauges stay, and the
/// ledger starts with offered = pending.
[[nodiscard]] baseline make_baseline(const std::vector<tally_entry>& totals);

/// Snapshot of the whole cache: `totals` (by namespace number, summed over all senders) since `start`. `names` gives
/// each number its name (a number without a name shows as "#<number>"). `limits` has the limits of the whole
/// cache and the state of its cold tier; every namespace shows them. After: the namespaces' counters and levels add up
/// to those of the whole, except total_size_bytes: the store's own files and writes in flight belong to no namespace.
[[nodiscard]] snapshot make_snapshot(const std::vector<tally_entry>& totals, const baseline& start,
                                     const std::vector<std::string>& names, const gauges& limits);

/// Adds what happened recently to `item`, which `make_snapshot` made of `totals` and `names`. `whole`: the totals of
/// the whole cache.
void add_recent(snapshot& item, const timeline& recently, const std::vector<tally_entry>& totals,
                const tally_entry& whole, const std::vector<std::string>& names, std::int64_t now_ns);

/// Sum of the totals of several senders, by namespace number.
[[nodiscard]] std::vector<tally_entry> sum(const std::vector<std::vector<tally_entry>>& totals);

} // namespace hearth::stats
