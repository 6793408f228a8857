#pragma once

#include "tests/bench/cell.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hearth::bench {

/// What came of one cell, over all repetitions.
struct cell_outcome {
  std::vector<figures> repetitions;
  std::string refused; ///< why it was not measured; no failure
  std::string failed;  ///< the first failure
};

/// Middle, least and most of some values.
struct spread {
  double median = 0;
  double least = 0;
  double most = 0;
};

/// Everything that a run has found.
struct run_outcome {
  struct row {
    std::string name;
    contender_facts facts;
    bool is_limit = false;
    std::map<std::uint64_t, cell_outcome> cells; ///< by block size
  };
  std::vector<row> rows; ///< in the order of the tables
  std::vector<std::string> notes;
  bool interrupted = false;
};

/// Pre: not empty.
[[nodiscard]] spread spread_of(std::vector<double> values);

/// The spread of a figure over the repetitions that have it, if any has.
[[nodiscard]] std::optional<spread> figure(const cell_outcome& cell, const std::string& name);

/// `name` in the limit of the same repetition: the largest among the rows that are limits. None: no limit was measured.
[[nodiscard]] std::optional<double> limit(const run_outcome& run, std::uint64_t block_bytes, std::size_t repetition,
                                          const std::string& name);

/// The median over the repetitions of that limit.
[[nodiscard]] std::optional<double> limit(const run_outcome& run, std::uint64_t block_bytes, const std::string& name);

/// The median over the repetitions of the figure's ratio to the limit in the same repetition.
[[nodiscard]] std::optional<double> ratio(const run_outcome& run, const run_outcome::row& row,
                                          std::uint64_t block_bytes, const std::string& name);

} // namespace hearth::bench
