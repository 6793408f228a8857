#pragma once

#include "tests/bench/figures.hpp"
#include "tests/bench/machine.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hearth::bench {

using machine_facts = std::vector<std::pair<std::string, std::string>>;

/// The tables for a person: one a measurement, beside each figure what the disk allowed in the same repetition.
[[nodiscard]] std::string to_tables(const run_outcome& run, const bench_settings& settings,
                                    const machine_facts& machine);

/// Everything as one JSON object: machine, settings, and for each size and contender the median, least and most of
/// every figure with its ratio to the limit.
[[nodiscard]] std::string to_json(const run_outcome& run, const bench_settings& settings, const machine_facts& machine);

/// A number with as many decimals.
[[nodiscard]] std::string fixed(double value, int decimals);

} // namespace hearth::bench
