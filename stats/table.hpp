#pragma once

#include "stats/snapshot.hpp"

#include <string>

namespace hearth::stats {

/// Writes a snapshot as a plain text table for people: tiers, gets, the ledger with both sides of its equation, drops
/// and failures by reason, and one row for each namespace if there is more than one. ASCII; every line ends with '\n'.
/// Sums are exact, in blocks and bytes, so that a reader can check them; the sizes beside them are rounded.
[[nodiscard]] std::string to_table(const snapshot& item);

} // namespace hearth::stats
