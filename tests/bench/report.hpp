#pragma once

#include "tests/bench/run.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hearth::bench {

using machine_facts = std::vector<std::pair<std::string, std::string>>;

/// One table per workload: each figure with its ratio to the limit and to hearth. For a terminal, or as Markdown.
enum class table_style : std::uint8_t { text, markdown };
[[nodiscard]] std::string to_tables(const bench_outcome& run, const bench_settings& settings,
                                    const machine_facts& machine, table_style style);

/// The whole run as one JSON object: machine, settings and, per cell, every figure of every repetition.
[[nodiscard]] std::string to_json(const bench_outcome& run, const bench_settings& settings,
                                  const machine_facts& machine);

/// One SVG picture: per workload a row of four charts, with throughput and latency by block size and by threads.
[[nodiscard]] std::string to_svg(const bench_outcome& run, const bench_settings& settings);

} // namespace hearth::bench
