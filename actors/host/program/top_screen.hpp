#pragma once

#include "stats/health.hpp"
#include "stats/snapshot.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace hearth {

/// What `hearth top` shows: lines of text for a terminal of `width` columns and `height` rows, at most `height` lines
/// of at most `width` columns, without control characters. Rates are those between the two snapshots; `earlier` may
/// equal `now`, then those of the last minute. Names of namespaces are made printable. Pre: width >= 40, height >= 12.
[[nodiscard]] std::vector<std::string> top_screen(const stats::snapshot& earlier, const stats::snapshot& now,
                                                  std::size_t width, std::size_t height);

} // namespace hearth
