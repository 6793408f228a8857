#pragma once

#include "tests/bench/figures.hpp"
#include "tests/bench/workspace.hpp"

namespace hearth::bench {

/// Measures every contender at every size: in each repetition all of them, one after the other, in an order that the
/// seed gives. One that fails is not asked again at that size. Progress goes to standard error.
/// Errors: invalid_argument (no such contender), no_space, no_memory.
[[nodiscard]] storage::result<run_outcome> run_cold(const bench_settings& settings, const workspace& place);

} // namespace hearth::bench
