#pragma once

#include "actors/host/program/replay.hpp"
#include "stats/snapshot.hpp"

#include <string>

namespace hearth {

/// What a replay tells in the end. `workload` says what was replayed, e.g. "chat, seed 1".
struct replay_report {
  std::string workload;
  replay_counts counts;
  stats::snapshot snapshot; ///< taken after the flush that followed the last request

  /// No wrong block was handed out and every ledger balances.
  [[nodiscard]] bool sound() const noexcept;
};

/// For a person: the replay's figures, then the snapshot's table. Lines end with '\n'.
[[nodiscard]] std::string to_table(const replay_report& report);

/// For programs: the snapshot's JSON object with a further member "replay"; no newline at the end. Latencies in
/// microseconds, ratios 0..1, MiB/s over blocks handed out and stored. What was not measured (no call, no time) is 0.
[[nodiscard]] std::string to_json(const replay_report& report);

} // namespace hearth
