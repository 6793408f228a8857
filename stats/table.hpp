#pragma once

#include "stats/snapshot.hpp"

#include <string>

namespace hearth::stats {

/// The snapshot as a plain text table for a person: tiers, gets, the ledger with both sides of its equation, what was
/// given up and why, and one row for each namespace if there is more than one. Lines end with '\n'; ASCII only.
/// Sums are exact, in blocks and bytes, so that a reader can check them; sizes beside them are rounded.
[[nodiscard]] std::string to_table(const snapshot& item);

} // namespace hearth::stats
