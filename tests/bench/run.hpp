#pragma once

#include "tests/bench/arguments.hpp"
#include "tests/bench/workload.hpp"
#include "tests/bench/workspace.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth::bench {

/// Results of one peer at one workload, block size and number of threads, for all repetitions.
struct cell {
  workload what;
  std::uint64_t block_bytes;
  unsigned threads;
  std::string peer;
  std::vector<readings> repetitions;
  std::string failed; ///< the first failure

  /// Median of a figure; nothing if it was not measured.
  [[nodiscard]] std::optional<double> median(const std::string& figure) const;
};

/// All results of a run.
struct bench_outcome {
  std::vector<cell> cells; ///< ordered by workload, size, threads, peer, as in the settings
  std::vector<std::pair<std::string, std::string>> versions; ///< versions of the peers
  std::vector<std::string> notes;                            ///< peers not measured, with the reason
  bool interrupted = false;

  /// The cells of one workload, size and number of threads.
  [[nodiscard]] std::vector<const cell*> row(workload what, std::uint64_t block_bytes, unsigned threads) const;

  /// Time per block of `one` divided by the shortest among `others` (the better of two limits is the limit), computed
  /// per repetition; returns the median.
  [[nodiscard]] static std::optional<double> ratio(const cell& one, const std::vector<const cell*>& others);
};

/// Runs all measurements of `settings`; within a repetition the peers take turns. A signal ends the run early. Prints
/// progress to standard error. Errors: invalid_argument (no such peer), no_space, io.
[[nodiscard]] storage::result<bench_outcome> run_bench(const bench_settings& settings, const workspace& place);

} // namespace hearth::bench
