#pragma once

#include "actors/host/cache.hpp"
#include "actors/host/program/replay.hpp"
#include "actors/host/program/replay_arguments.hpp"
#include "actors/host/program/temporary_directory.hpp"
#include "actors/host/program/workload.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace hearth {

// What `hearth replay` and `hearth serve` need before they begin.

/// Workload: a source of requests, their number, and a name for the report.
struct named_workload {
  request_source next;
  std::uint64_t requests = 0;
  std::string name;
};

/// The requests that `options` choose: a trace, or the generated chat. Errors: those of `read_trace`.
[[nodiscard]] result<named_workload> load_workload(const replay_options& options);

/// The same without an end: the chat goes on, and a trace starts again after its last request.
[[nodiscard]] result<named_workload> load_endless_workload(const replay_options& options);

/// Directory of the cold tier: the one that `options` name, or a temporary one, which is removed at the end. It must
/// outlive the cache. Move-only.
class cache_place {
public:
  /// Errors: those of `check_directory` and `temporary_directory::make`.
  [[nodiscard]] static result<cache_place> make(const replay_options& options);

  /// Empty: the cache has no cold tier.
  [[nodiscard]] const std::string& directory() const noexcept { return directory_; }

private:
  std::string directory_;
  std::optional<temporary_directory> temporary_;
};

/// Opens a cache with a progress bar on standard error, if that is a terminal: a large directory takes time to open.
[[nodiscard]] result<cache> open_shown(cache_options options);

[[nodiscard]] replay_target target_of(cache& of);

/// Monotonic clock, ns.
[[nodiscard]] std::uint64_t steady_now_ns();

} // namespace hearth
