#include "actors/host/program/replay_report.hpp"

#include "stats/columns.hpp"
#include "stats/json_writer.hpp"
#include "stats/table.hpp"
#include "stats/units.hpp"

namespace hearth {

namespace {

double ratio(double part, double whole) noexcept { return whole > 0 ? part / whole : 0; }

double seconds(const replay_counts& counts) noexcept { return static_cast<double>(counts.ns) / 1e9; }

double mib_per_second(const replay_counts& counts) noexcept {
  return ratio(static_cast<double>(counts.bytes_read + counts.bytes_put) / (1 << 20), seconds(counts));
}

double quantile_us(const stats::latency_histogram& times, std::uint64_t per_mille) noexcept {
  return static_cast<double>(times.quantile(per_mille)) / 1e3;
}

std::vector<std::string> latency_row(const char* name, const stats::latency_histogram& times) {
  return {name, std::to_string(times.count()), stats::format_fixed(quantile_us(times, 500), 1),
          stats::format_fixed(quantile_us(times, 990), 1), stats::format_fixed(quantile_us(times, 999), 1)};
}

void latency_member(stats::json_writer& json, const char* name, const stats::latency_histogram& times) {
  json.object(name, [&] {
    json.real("p50", quantile_us(times, 500));
    json.real("p99", quantile_us(times, 990));
    json.real("p999", quantile_us(times, 999));
  });
}

} // namespace

bool replay_report::sound() const noexcept {
  bool balanced = snapshot.whole.counters.ledger.balanced();
  for (const auto& [name, part] : snapshot.namespaces)
    balanced = balanced && part.counters.ledger.balanced();
  return balanced && counts.wrong_blocks == 0;
}

std::string to_table(const replay_report& report) {
  const auto& counts = report.counts;
  stats::columns table;
  const auto blocks = [&](const char* name, std::uint64_t value, std::string note = {}) {
    table.row({name, std::to_string(value), std::move(note)});
  };
  table.row({"replay", "count"});
  blocks("requests", counts.requests);
  blocks("blocks asked", counts.blocks_asked);
  blocks("usable blocks", counts.usable_blocks, stats::format_share(counts.usable_blocks, counts.blocks_asked));
  blocks("wrong blocks", counts.wrong_blocks);
  blocks("gets refused", counts.gets_refused);
  blocks("puts", counts.puts);
  blocks("  stored", counts.stored, stats::format_bytes(counts.bytes_put));
  blocks("  refreshed", counts.refreshed);
  blocks("  refused", counts.puts_refused);

  stats::columns times;
  times.row({"us per call", "calls", "p50", "p99", "p99.9"});
  times.row(latency_row("get_prefix", counts.get_ns));
  times.row(latency_row("put", counts.put_ns));

  return "replay of " + report.workload + ": " + stats::format_fixed(seconds(counts), 3) + " s, " +
         stats::format_fixed(mib_per_second(counts), 1) + " MiB/s (" + stats::format_bytes(counts.bytes_read) +
         " read, " + stats::format_bytes(counts.bytes_put) + " put)\n\n" + table.text() + '\n' + times.text() + '\n' +
         stats::to_table(report.snapshot);
}

std::string to_json(const replay_report& report) {
  const auto& counts = report.counts;
  return stats::to_json(report.snapshot, [&](stats::json_writer& json) {
    json.object("replay", [&] {
      json.text("workload", report.workload);
      json.integer("requests", counts.requests);
      json.integer("blocks_asked", counts.blocks_asked);
      json.integer("usable_blocks", counts.usable_blocks);
      json.real("usable_prefix_hit_ratio",
                ratio(static_cast<double>(counts.usable_blocks), static_cast<double>(counts.blocks_asked)));
      json.integer("wrong_blocks", counts.wrong_blocks);
      json.integer("gets_refused", counts.gets_refused);
      json.integer("puts", counts.puts);
      json.integer("puts_stored", counts.stored);
      json.integer("puts_refreshed", counts.refreshed);
      json.integer("puts_refused", counts.puts_refused);
      json.integer("bytes_read", counts.bytes_read);
      json.integer("bytes_put", counts.bytes_put);
      latency_member(json, "get_us", counts.get_ns);
      latency_member(json, "put_us", counts.put_ns);
      json.real("mib_per_second", mib_per_second(counts));
      json.real("seconds", seconds(counts));
    });
  });
}

} // namespace hearth
