#pragma once

#include "stats/counters.hpp"
#include "stats/latency.hpp"
#include "stats/recent.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::stats {

class json_writer;

/// State of one namespace, or of the whole cache ("*"), at one moment.
struct snapshot_part {
  hearth::stats::counters counters;
  hearth::stats::gauges gauges;
  recent_events recent; ///< since the cache was opened at the earliest; a reset does not change them

  friend bool operator==(const snapshot_part&, const snapshot_part&) = default;
};

/// All counters and gauges of a cache at one moment, or those of one namespace. A plain value.
struct snapshot {
  /// Namespace; "*" is the whole cache.
  std::string name_space = "*";

  /// Time of the snapshot, ms since the epoch; 0: unknown.
  std::int64_t time_ms = 0;

  /// Counters and gauges of that namespace, or of the whole cache.
  snapshot_part whole;

  /// Each namespace by name, with the same members. Empty in the snapshot of one namespace.
  std::map<std::string, snapshot_part> namespaces;

  /// Latencies by `operation`. Of the whole cache only: empty in the snapshot of one namespace.
  std::array<latency, operations> latencies{};

  /// Memory of all buffers in the process. None in the snapshot of one namespace, or if the buffers have no pool.
  std::optional<memory_levels> memory;

  friend bool operator==(const snapshot&, const snapshot&) = default;
};

/// Snapshot of one namespace, under its name. None if there is no such namespace.
[[nodiscard]] std::optional<snapshot> one_namespace(const snapshot& whole, const std::string& name_space);

/// Writes a snapshot as JSON, version 1. Names of members are a contract: SNAPSHOT.md lists them. The same snapshot
/// gives the same bytes, without a newline at the end. `more`, if given, appends further members with other names. Pre:
/// names of namespaces hold no zero bytes (a cache allows none).
[[nodiscard]] std::string to_json(const snapshot& item, const std::function<void(json_writer&)>& more = {});

/// Reads JSON that `to_json` wrote; unknown members are ignored. Returns none if the text is not a snapshot, or if its
/// numbers do not add up (ledger, ssd_write_drops, hits, namespaces). Then `error` names the member, what was found and
/// what was expected; otherwise `error` is empty. Throws no exceptions.
[[nodiscard]] std::optional<snapshot> snapshot_from_json(std::string_view text, std::string& error);

} // namespace hearth::stats
