#pragma once

#include "tests/bench/caches/caches_arguments.hpp"
#include "tests/bench/caches/workload.hpp"
#include "tests/bench/workspace.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth::bench {

/// One peer at one workload, block size and number of threads, over all repetitions.
struct caches_cell {
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
struct caches_outcome {
  std::vector<caches_cell> cells; ///< by workload, size, threads, peer, in the order of the settings
  std::vector<std::pair<std::string, std::string>> versions; ///< of the peers
  std::vector<std::string> notes;                            ///< who took no part, and why
  bool interrupted = false;

  /// Those of one workload, size and number of threads.
  [[nodiscard]] std::vector<const caches_cell*> row(workload what, std::uint64_t block_bytes, unsigned threads) const;

  /// The median over the repetitions of `figure` of `one` divided by that of `other`, repetition by repetition.
  [[nodiscard]] static std::optional<double> ratio(const caches_cell& one, const caches_cell& other,
                                                   const std::string& figure);
};

/// Measures all that `settings` ask for, peers in turn within each repetition. A signal ends it early.
/// Errors: invalid_argument (no such peer), io.
[[nodiscard]] storage::result<caches_outcome> run_caches(const caches_settings& settings, const workspace& place);

} // namespace hearth::bench
