#pragma once

#include "stats/snapshot.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hearth::stats {

/// Health of a cache: ok; degraded: it serves, but loses blocks or lacks a tier; failing: it does not serve.
enum class health_status : std::uint8_t { ok, degraded, failing };
[[nodiscard]] std::string_view to_string(health_status status) noexcept;

/// Why a cache is not ok. `id` is stable: closed, unresponsive, detached, drops, write_failures, errors, lost.
struct health_reason {
  std::string id;
  std::string text; ///< one sentence with numbers, for people

  friend bool operator==(const health_reason&, const health_reason&) = default;
};

struct health {
  health_status status = health_status::ok;
  std::vector<health_reason> reasons; ///< the worst first; empty if ok
};

/// Health of a cache that answers, by its snapshot: whether the cold tier is attached, and what was dropped, lost or
/// failed in the last minute.
[[nodiscard]] health health_of(const snapshot& item);

/// Health as JSON, version 1: {"version", "status", "reasons": [{"id", "text"}]}. No newline at the end.
[[nodiscard]] std::string to_json(const health& item);

} // namespace hearth::stats
