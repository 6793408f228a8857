#include "stats/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <cassert>
#include <utility>
#include <vector>

namespace hearth::stats {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

/// Label for the namespaces beyond the bound.
constexpr std::string_view other = "other";

/// A label besides `namespace`; none if the name is empty.
struct metric_label {
  std::string_view name;
  std::string_view value;
};
constexpr metric_label hot_label{"tier", "hot"};
constexpr metric_label pending_label{"tier", "pending"};
constexpr metric_label cold_label{"tier", "cold"};

/// Collects metrics as families of prometheus-cpp. Puts `hearth_` before each name, `_total` behind that of a counter,
/// and adds the label `namespace`. An amount is two metrics, NAME_blocks and NAME_bytes; its help completes "Blocks".
class metric_list {
public:
  /// The metrics that follow belong to the namespaces of this label; to the whole cache if it is empty.
  void belong_to(std::string label) { name_space_ = std::move(label); }

  void counter(const std::string& name, std::uint64_t value, const std::string& help, metric_label label = {}) {
    add(MetricType::Counter, name + "_total", help, label).counter.value = static_cast<double>(value);
  }
  void counter(const std::string& name, const amount& value, const std::string& help, metric_label label = {}) {
    counter(name + "_blocks", value.blocks, "Blocks " + help, label);
    counter(name + "_bytes", value.bytes, "Payload bytes of blocks " + help, label);
  }
  void gauge(const std::string& name, std::uint64_t value, const std::string& help, metric_label label = {}) {
    add(MetricType::Gauge, name, help, label).gauge.value = static_cast<double>(value);
  }
  void gauge(const std::string& name, const amount& value, const std::string& help, metric_label label = {}) {
    gauge(name + "_blocks", value.blocks, "Blocks " + help, label);
    gauge(name + "_bytes", value.bytes, "Payload bytes of blocks " + help, label);
  }

  void histogram(const std::string& name, const latency& value, const std::string& help, metric_label label) {
    auto& made = add(MetricType::Histogram, name, help, label).histogram;
    made.sample_count = value.count;
    made.sample_sum = static_cast<double>(value.sum_ns) / 1e9;
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < latency_bounds; ++i) {
      cumulative += value.coarse[i];
      made.bucket.push_back({cumulative, static_cast<double>(latency_bound_ns(i)) / 1e9});
    }
  }

  [[nodiscard]] const std::vector<MetricFamily>& families() const noexcept { return families_; }

private:
  prometheus::ClientMetric& add(MetricType type, const std::string& name, const std::string& help, metric_label label) {
    const auto [place, is_new] = places_.try_emplace(name, families_.size());
    if (is_new)
      families_.push_back({"hearth_" + name, help, type, {}});
    auto& metric = families_[place->second].metric.emplace_back();
    if (!name_space_.empty())
      metric.label.push_back({"namespace", name_space_});
    if (!label.name.empty())
      metric.label.push_back({std::string{label.name}, std::string{label.value}});
    return metric;
  }

  std::string name_space_;
  std::map<std::string, std::size_t> places_; ///< in families_, by name
  std::vector<MetricFamily> families_;
};

/// Every metric of one namespace: name, value, meaning and, for some, a label.
void add_namespace(metric_list& list, const counters& count, const gauges& level) {
  const auto& ends = count.ledger.parts();
  list.counter("offered", ends.offered,
               "handed to the writer, or dropped in the attempt. Counts attempts: a block that is offered again after "
               "a drop counts again.");
  list.counter("persisted", ends.persisted,
               "written, and readable from the cold tier. They are durable once they are synced.");
  list.gauge("pending", ends.pending, "offered, whose write has not ended: in the writer's mailbox or being written.");
  list.counter("cancelled", ends.cancelled, "erased or cleared before their write started.");
  for (std::size_t i = 0; i < drop_reasons; ++i)
    list.counter("dropped", ends.dropped[i],
                 "given up before their write ended, by reason. Counts attempts: one block may be dropped twice and "
                 "still be written later.",
                 {"reason", to_string(static_cast<drop_reason>(i))});
  for (std::size_t i = 0; i < fail_reasons; ++i)
    list.counter("failed", ends.failed[i],
                 "whose write was tried and failed, by reason. Counts attempts: one block may fail twice and still be "
                 "written later.",
                 {"reason", to_string(static_cast<fail_reason>(i))});
  list.counter("ssd_write_drops", count.ledger.ssd_write_drops(),
               "Blocks dropped because the writer's mailbox was full: evict_full, preflight_full and late_full "
               "together. Counts attempts: one block may be dropped twice and still be written later.");
  list.counter("lost", count.lost,
               "accepted, and now in no tier, except by reclaim or erase. Counts blocks, not attempts: this is the "
               "real loss.");
  list.counter("synced", count.synced, "persisted, which a later sync made durable.");

  list.counter("puts_accepted", count.saves, "Puts accepted: the block could be read back.");
  list.counter("puts_rejected", count.puts_rejected,
               "Puts that the full mailbox of hot_cache rejected: neither an offer nor a write drop.");
  list.counter("blocks_handed_out", count.loads, "Blocks handed out by gets.");
  const std::string hits = "Requested blocks found, by tier: in memory (hot), in the writer's mailbox or being written "
                           "(pending), on SSD (cold).";
  list.counter("hits", count.hot_cache_hits, hits, hot_label);
  list.counter("hits", count.pending_hits, hits, pending_label);
  list.counter("hits", count.cold_hits, hits, cold_label);
  list.counter("misses", count.misses,
               "Requested blocks found in no tier. Hits and misses together are the blocks requested.");
  list.counter("errors", count.errors, "Failed I/O and damaged records.");
  const std::string evictions = "Blocks that left a tier to make room, by tier: evicted (hot), reclaimed (cold).";
  list.counter("evictions", count.hot_cache_evictions, evictions, hot_label);
  list.counter("evictions", count.evictions, evictions, cold_label);
  list.counter("promotions", count.hot_cache_promotions, "Blocks that a cold hit brought into the hot tier.");
  list.counter("recency_skipped", count.recency_skipped,
               "Hits in the hot tier that did not make their block more recent, because there was no room for a note.");

  const std::string tier = "in a tier, by tier. One block may be in several tiers.";
  list.gauge("tier", level.hot, tier, hot_label);
  list.gauge("tier", level.queue, tier, pending_label);
  list.gauge("tier", level.cold, tier, cold_label);
  list.gauge("dirty", level.dirty, "in the hot tier with neither a pending write nor a valid copy in the cold tier.");
  list.gauge("cold_record_bytes", level.total_size_bytes, "Bytes of the records in the cold tier, headers included.");
  list.gauge("cold_unclaimed_bytes", level.cold_unclaimed_bytes,
             "Bytes of the records in the cold tier whose namespace the host has not named since the cache was opened. "
             "They are reclaimed first.");
}

/// Every metric that has no namespace.
void add_cache(metric_list& list, const gauges& level) {
  const std::string used = "Bytes that count towards the limit of a tier: the payloads (hot), all files of the store "
                           "(cold).";
  list.gauge("tier_used_bytes", level.hot.bytes, used, hot_label);
  list.gauge("tier_used_bytes", level.total_size_bytes, used, cold_label);
  const std::string limit = "Limit of a tier now.";
  list.gauge("tier_limit_bytes", level.hot_cache_max_bytes, limit, hot_label);
  list.gauge("tier_limit_bytes", level.max_size_bytes, limit, cold_label);
  list.gauge("cold_configured_limit_bytes", level.configured_max_size_bytes,
             "Limit of the cold tier as set at open or while running; 0 is automatic.");
  list.gauge("queue_limit_blocks", level.writer_queue_max_blocks,
             "Limit of the writer's mailbox in blocks; 0 without a cold tier.");
  list.gauge("queue_limit_bytes", level.writer_queue_max_bytes,
             "Limit of the writer's mailbox in payload bytes, as set. While the disk is slow, the mailbox takes less.");
  for (const auto state : {cold_state::none, cold_state::attached, cold_state::detached})
    list.gauge("cold_state", level.cold_state == state ? 1 : 0,
               "State of the cold tier: 1 for the state that holds, 0 for the others. While its directory is gone the "
               "cold tier is detached.",
               {"state", to_string(state)});
  list.counter("cold_appended_bytes", level.cold_appended_bytes,
               "Payload bytes written to the cold tier since the cache was opened.");
  list.counter("cold_written_bytes", level.cold_written_bytes,
               "All bytes written to the cold tier since the cache was opened: payloads, headers, indexes and copies. "
               "Divided by the payload bytes this is the write amplification.");
  list.counter("cold_reappended_bytes", level.cold_reappended_bytes,
               "Bytes written to the cold tier since the cache was opened to copy blocks that reclaim kept.");
}

/// Latencies, of the whole cache.
void add_latencies(metric_list& list, const std::array<latency, operations>& all) {
  for (std::size_t i = 0; i < operations; ++i)
    list.histogram("latency_seconds", all[i],
                   "Latency of an operation: put and get_cold from call to answer, get_hot of one call in 256, "
                   "queue_wait of a block at the writer, device_write and device_read of one transfer.",
                   {"operation", to_string(static_cast<operation>(i))});
}

/// Every metric of the process.
void add_memory(metric_list& list, const memory_levels& level) {
  list.gauge("memory_budget_bytes", level.budget_bytes, "Memory budgets of all caches in the process, added up.");
  list.gauge("memory_mapped_bytes", level.mapped_bytes, "Memory held for buffers in the process, in use or not.");
  list.gauge("memory_in_use_bytes", level.in_use_bytes, "Part of the mapped memory: live buffers.");
  list.gauge("memory_stranded_bytes", level.stranded_bytes,
             "Part of the mapped memory: free, but only for buffers of one size.");
  list.gauge("memory_idle_bytes", level.idle_bytes, "Part of the mapped memory: free for any buffer.");
  list.gauge("memory_huge_page_bytes", level.huge_page_bytes, "Part of the mapped memory: on huge pages.");
  list.gauge("memory_pinned_bytes", level.pinned_bytes,
             "Part of the mapped memory: accepted by every memory watcher, such as pinned for a GPU.");
  list.counter("memory_regions_mapped", level.regions_mapped,
               "Regions of memory mapped for buffers. Growth in steady state means page faults.");
  list.counter("memory_regions_unmapped", level.regions_unmapped, "Regions of memory given back to the system.");
}

/// OpenMetrics names the family of a counter without `_total`, knows units, and ends with a mark. Its samples are those
/// of the Prometheus format: the two differ only in timestamps and NaN, and there are none here.
std::string open_metrics_text(const std::vector<MetricFamily>& families) {
  std::string text;
  for (const auto& family : families) {
    std::string_view name = family.name;
    if (family.type == MetricType::Counter)
      name.remove_suffix(std::string_view{"_total"}.size());
    const auto about = [&, name](const char* what, std::string_view told) {
      text.append(what).append(name).append(" ").append(told).append("\n");
    };
    about("# TYPE ", family.type == MetricType::Counter     ? "counter"
                     : family.type == MetricType::Histogram ? "histogram"
                                                            : "gauge");
    for (const std::string_view unit : {"blocks", "bytes", "seconds"})
      if (name.ends_with(std::string{"_"}.append(unit)))
        about("# UNIT ", unit);
    about("# HELP ", family.help);
    const auto written = prometheus::TextSerializer{}.Serialize({family});
    std::string_view samples = written;
    while (samples.starts_with('#'))
      samples.remove_prefix(samples.find('\n') + 1);
    text.append(samples);
  }
  return text + "# EOF\n";
}

} // namespace

std::string_view content_type(metrics_format format) noexcept {
  return format == metrics_format::open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                                : "text/plain; version=0.0.4; charset=utf-8";
}

std::string metrics_renderer::render(const snapshot& whole, metrics_format format) {
  assert(whole.name_space == "*");
  metric_list list;
  for (const auto& [label, part] : by_label(whole.namespaces)) {
    list.belong_to(label);
    add_namespace(list, part.counters, part.gauges);
  }
  list.belong_to("");
  add_cache(list, whole.whole.gauges);
  add_latencies(list, whole.latencies);
  if (whole.memory)
    add_memory(list, *whole.memory);
  return format == metrics_format::open_metrics ? open_metrics_text(list.families())
                                                : prometheus::TextSerializer{}.Serialize(list.families());
}

std::map<std::string, snapshot_part>
metrics_renderer::by_label(const std::map<std::string, snapshot_part>& namespaces) {
  std::map<std::string, snapshot_part> parts;
  std::lock_guard guard{mutex_};
  for (const auto& [name, part] : namespaces) {
    if (name != other && labelled_.size() < namespaces_max_)
      labelled_.insert(name);
    auto& sum = parts[labelled_.contains(name) ? name : std::string{other}];
    sum.counters += part.counters;
    sum.gauges += part.gauges;
  }
  return parts;
}

} // namespace hearth::stats
