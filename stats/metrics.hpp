#pragma once

#include "stats/snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace hearth::stats {

/// Text format of metrics: Prometheus, version 0.0.4, or OpenMetrics, version 1.0.0.
enum class metrics_format : std::uint8_t { prometheus, open_metrics };

/// Content-Type of an HTTP response in this format.
[[nodiscard]] std::string_view content_type(metrics_format format) noexcept;

/// Metrics renderer: writes snapshots of one cache as text for a metrics endpoint; METRICS.md lists the metrics. It
/// bounds the values of the label `namespace`: the first `namespaces_max` namespaces that it sees keep a label of their
/// own, all others are added up under "other". Invariant: a namespace never moves from one label to the other, so only
/// a reset of the cache's counters makes a counter fall. Use one renderer for all responses of a cache. Threads: any.
/// Errors: none but std::bad_alloc.
class metrics_renderer {
public:
  /// A host's namespace "other" always counts under "other", and takes no label.
  explicit metrics_renderer(std::size_t namespaces_max = 50) : namespaces_max_(namespaces_max) {}

  /// The metrics of the whole cache and of its namespaces. Renderers that have seen the same namespaces in the same
  /// order give the same bytes for the same snapshot, in every locale. Pre: a snapshot of the whole cache ("*").
  [[nodiscard]] std::string render(const snapshot& whole, metrics_format format = metrics_format::prometheus);

private:
  /// The parts by label; the counters and levels of namespaces that share a label are added up.
  [[nodiscard]] std::map<std::string, snapshot_part> by_label(const std::map<std::string, snapshot_part>& namespaces);

  const std::size_t namespaces_max_;
  std::mutex mutex_;
  std::set<std::string> labelled_; ///< namespaces with a label of their own; guarded by mutex_
};

} // namespace hearth::stats
