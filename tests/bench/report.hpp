#pragma once

#include "tests/bench/run.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hearth::bench {

using machine_facts = std::vector<std::pair<std::string, std::string>>;

/// A table for each workload, with each figure's ratio to the limit and to hearth beside it: for a terminal, or as
/// Markdown.
enum class table_style : std::uint8_t { text, markdown };
[[nodiscard]] std::string to_tables(const bench_outcome& run, const bench_settings& settings,
                                    const machine_facts& machine, table_style style);

/// Everything as one JSON object: machine, settings, and for each cell every figure of every repetition.
[[nodiscard]] std::string to_json(const bench_outcome& run, const bench_settings& settings,
                                  const machine_facts& machine);

/// Throughput and latency against size and against threads, a row of four charts a workload, as one SVG picture.
[[nodiscard]] std::string to_svg(const bench_outcome& run, const bench_settings& settings);

} // namespace hearth::bench
