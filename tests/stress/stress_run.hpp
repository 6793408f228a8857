#pragma once

#include "tests/stress/stress_lap.hpp"
#include "tests/stress/stress_plan.hpp"

#include <cstdint>
#include <string>

namespace hearth::stress {

/// One run: one directory, on which a cache is opened lap after lap. Threads: one, which starts the host threads.
class stress_run {
public:
  stress_run(const run_plan& plan, std::string directory, std::uint64_t seed)
      : plan_(plan), directory_(std::move(directory)), draws_(seed), past_(blocks_total), found_(seed) {}

  /// Returns whether there was no violation; prints one line of totals. Errors: those of opening a cache.
  [[nodiscard]] storage::result<bool> run(std::uint64_t operations);

private:
  storage::result<void> run_lap(const lap_plan& plan);
  void ask(lap& now);
  std::uint64_t count_present(lap& now, bool read);
  void end(lap& now, std::uint64_t present_at_first);
  void audit(lap& now, std::uint64_t present_at_first);
  void check_closed(lap& now);
  void check_disk();

  const run_plan plan_;
  const std::string directory_;
  const chance draws_;
  history past_;
  findings found_;
  std::uint64_t laps_ = 0;
  std::uint64_t operations_ = 0;
  std::uint64_t stored_ = 0;
  std::uint64_t read_ = 0;
  std::uint64_t refused_ = 0;
  std::size_t history_most_ = 0;
  std::optional<std::uint64_t> cold_blocks_; ///< blocks that the last lap left on disk, if it ended in order
};

} // namespace hearth::stress
