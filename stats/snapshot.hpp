#pragma once

#include "stats/counters.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::stats {

class json_writer;

/// The state of one namespace, or of the whole cache ("*"), at one moment.
struct snapshot_part {
  hearth::stats::counters counters;
  hearth::stats::gauges gauges;

  friend bool operator==(const snapshot_part&, const snapshot_part&) = default;
};

/// What the stats actor answers: the whole cache (or one namespace) and, for the whole, each namespace with the same
/// members.
struct snapshot {
  std::string name_space = "*";
  snapshot_part whole;
  std::map<std::string, snapshot_part> namespaces; ///< empty in the snapshot of one namespace
  std::optional<memory_levels> memory;             ///< of the process; none of one namespace, or if nobody can tell

  friend bool operator==(const snapshot&, const snapshot&) = default;
};

/// Only the part of one namespace, under its name; nothing if there is no such namespace.
[[nodiscard]] std::optional<snapshot> one_namespace(const snapshot& whole, const std::string& name_space);

/// The snapshot as JSON, version 1. Member names are a contract: SNAPSHOT.md lists them. Same snapshot, same bytes; no
/// newline at the end. `more`, if given, adds further members behind (names of its own).
/// Pre: namespace names are such as storage's namespace table gives: no zero bytes.
[[nodiscard]] std::string to_json(const snapshot& item, const std::function<void(json_writer&)>& more = {});

/// Reads what `to_json` wrote; members it does not know are ignored. Nothing if the text is not such a snapshot, or if
/// it does not add up (ledger, ssd_write_drops, hits, namespaces): `error` then says where, what was found and what was
/// expected; else it is empty. Exceptions: none.
[[nodiscard]] std::optional<snapshot> snapshot_from_json(std::string_view text, std::string& error);

} // namespace hearth::stats
