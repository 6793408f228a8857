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

/// One peer at one workload, block size and number of threads, over all repetitions.
struct cell {
  workload what;
  std::uint64_t block_bytes;
  unsigned threads;
  std::string peer;
  std::vector<readings> repetitions;
  std::string failed; ///< the first failure

  /// The median of a figure; none: it was not measured.
  [[nodiscard]] std::optional<double> median(const std::string& figure) const;
};

/// Everything that a run has found.
struct bench_outcome {
  std::vector<cell> cells; ///< by workload, size, threads, peer, in the order of the settings
  std::vector<std::pair<std::string, std::string>> versions; ///< of the peers
  std::vector<std::string> notes;                            ///< who took no part, and why
  bool interrupted = false;

  /// Those of one workload, size and number of threads.
  [[nodiscard]] std::vector<const cell*> row(workload what, std::uint64_t block_bytes, unsigned threads) const;

  /// The median over the repetitions of the time of `one` for a block divided by the shortest among `others`,
  /// repetition by repetition: the better of two limits is the limit.
  [[nodiscard]] static std::optional<double> ratio(const cell& one, const std::vector<const cell*>& others);
};

/// Measures all that `settings` ask for, peers in turn within each repetition. A signal ends it early.
/// Progress goes to standard error. Errors: invalid_argument (no such peer), no_space, io.
[[nodiscard]] storage::result<bench_outcome> run_bench(const bench_settings& settings, const workspace& place);

} // namespace hearth::bench
