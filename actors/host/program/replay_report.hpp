#pragma once

#include "actors/host/program/replay.hpp"
#include "stats/snapshot.hpp"

#include <string>

namespace hearth {

/// Report of a replay. `workload` names its workload, e.g. "chat, seed 1".
struct replay_report {
  std::string workload;
  replay_counts counts;
  stats::snapshot snapshot; ///< taken after the flush that followed the last request

  /// Whether no wrong block was handed out and every ledger balances.
  [[nodiscard]] bool sound() const noexcept;
};

/// Writes the report for people: the figures of the replay, then the table of the snapshot. Lines end with '\n'.
[[nodiscard]] std::string to_table(const replay_report& report);

/// Writes the report for programs: the JSON object of the snapshot with a further member "replay", without a newline at
/// the end. Latencies are microseconds, ratios 0 to 1, MiB/s count blocks returned and stored. A figure without samples
/// is 0.
[[nodiscard]] std::string to_json(const replay_report& report);

} // namespace hearth
