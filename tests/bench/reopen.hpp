#pragma once

#include "tests/bench/report.hpp"
#include "tests/bench/workspace.hpp"

namespace hearth::bench {

/// How long opening a store takes that has so many blocks, after it was closed, and after its process was killed; cold.
struct reopen_outcome {
  struct row {
    std::string name;
    std::uint64_t blocks = 0; ///< in the store
    bool killed = false;      ///< its process, after the last put, without a close or a sync
    std::vector<double> open_ms;
    std::uint64_t found = 0; ///< by the last open
    std::string failed;      ///< or why it was not measured
  };
  std::vector<row> rows;
};

/// Measures. Progress goes to standard error. Errors: none; a row tells what failed in it.
[[nodiscard]] reopen_outcome run_reopen(const bench_settings& settings, const workspace& place);

[[nodiscard]] std::string to_tables(const reopen_outcome& run, const bench_settings& settings,
                                    const machine_facts& machine);
[[nodiscard]] std::string to_json(const reopen_outcome& run, const bench_settings& settings,
                                  const machine_facts& machine);

} // namespace hearth::bench
