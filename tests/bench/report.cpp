#include "tests/bench/report.hpp"

#include "stats/columns.hpp"
#include "stats/json_writer.hpp"
#include "stats/units.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace hearth::bench {

namespace {

using row = std::vector<std::string>;

/// Three significant digits.
std::string digits(double value) {
  char text[64];
  const int decimals = value >= 100 || value == 0 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

std::string or_dash(const std::optional<double>& value) { return value ? digits(*value) : "-"; }

/// Time per block relative to the peers whose names begin with this.
std::string ratio_to(const cell& one, std::vector<const cell*> others, std::string_view begin) {
  std::erase_if(others, [&](const auto* other) { return !other->peer.starts_with(begin); });
  if (begin != "limit" && !others.empty())
    others.erase(others.begin() + 1, others.end()); // hearth through its facade is first
  return or_dash(bench_outcome::ratio(one, others));
}

std::string table_text(const std::vector<row>& rows, table_style style) {
  if (style == table_style::text) {
    stats::columns aligned;
    for (const auto& one : rows)
      aligned.row(one);
    return aligned.text();
  }
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].empty())
      continue;
    for (const auto& cell : rows[i])
      text += "| " + cell + " ";
    text += "|\n";
    if (i == 0)
      text += "|" + std::string("---|");
    for (std::size_t j = 1; i == 0 && j < rows[0].size(); ++j)
      text += "---:|";
    text += i == 0 ? "\n" : "";
  }
  return text;
}

const std::string limit_column = "x limit";
const std::string hearth_column = "x hearth";
/// Figures of the tables; the JSON has more.
const std::vector<std::pair<std::string, std::string>> columns{{"GB/s", "gb_per_s"},
                                                               {"ns/block", "ns_per_block"},
                                                               {limit_column, limit_column},
                                                               {hearth_column, hearth_column},
                                                               {"p50 us", "p50_us"},
                                                               {"p99 us", "p99_us"},
                                                               {"p99.9 us", "p999_us"},
                                                               {"hits", "hit_share"},
                                                               {"lost", "lost_share"},
                                                               {"CPU s/GB", "cpu_s_per_gb"},
                                                               {"device B/B", "device_bytes_per_byte"},
                                                               {"writer GB/s", "writer_gb_per_s"},
                                                               {"space", "space_share"}};

/// Removes columns without a figure in any row: each workload has its own figures.
void drop_empty_columns(std::vector<row>& rows) {
  for (std::size_t column = rows[0].size(); column-- > 0;)
    if (std::all_of(rows.begin() + 1, rows.end(), [&](const auto& one) { return one.empty() || one[column] == "-"; }))
      for (auto& one : rows)
        if (!one.empty())
          one.erase(one.begin() + static_cast<std::ptrdiff_t>(column));
}

std::string table_of(const bench_outcome& run, const bench_settings& settings, workload what, table_style style) {
  std::vector<row> rows{{"peer", "block", "threads"}};
  for (const auto& [title, figure] : columns)
    rows[0].push_back(title);
  for (const auto size : settings.sizes)
    for (const auto threads : settings.threads) {
      const auto cells = run.row(what, size, threads);
      if (!cells.empty())
        rows.emplace_back();
      for (const auto* one : cells) {
        row line{one->peer, stats::format_bytes(size), std::to_string(threads)};
        for (const auto& [title, figure] : columns)
          line.push_back(!one->failed.empty()      ? "FAILED"
                         : figure == limit_column  ? ratio_to(*one, cells, "limit")
                         : figure == hearth_column ? ratio_to(*one, cells, "hearth")
                                                   : or_dash(one->median(figure)));
        rows.push_back(std::move(line));
      }
    }
  drop_empty_columns(rows);
  return table_text(rows, style);
}

std::string notes_of(const bench_outcome& run) {
  std::string text;
  for (const auto& note : run.notes)
    text += "- " + note + '\n';
  for (const auto& one : run.cells)
    if (!one.failed.empty())
      text += "- " + one.peer + ", " + std::string{to_string(one.what)} + ", " + stats::format_bytes(one.block_bytes) +
              ": FAILED: " + one.failed + '\n';
  return text + (run.interrupted ? "- interrupted: what is here is what was measured until then\n" : "");
}

} // namespace

std::string to_tables(const bench_outcome& run, const bench_settings& settings, const machine_facts& machine,
                      table_style style) {
  const bool marked = style == table_style::markdown;
  std::string text = marked ? "# hearth bench\n\nWritten by `hearth bench --results`.\n\n" : "";
  for (const auto& facts : {machine, run.versions})
    for (const auto& [name, value] : facts)
      text += (marked ? "- " : "") + name + ": " + value + '\n';
  text += std::string{marked ? "\n" : ""} + "Medians of " + std::to_string(settings.repetitions) + " repetitions of " +
          digits(settings.seconds) + " s, peers in turn; memory " + stats::format_bytes(settings.memory_bytes) +
          ", disk " + stats::format_bytes(settings.disk_bytes) + " with memory for a sixteenth of it; seed " +
          std::to_string(settings.seed) +
          ".\nns/block is the time that passes for one block, all threads together. \"x limit\" and \"x hearth\" are "
          "that time over the one of what the machine allows (the best of the limits) and over hearth's through its "
          "facade, repetition by repetition: below 1 is faster. Latencies are of one call, every eighth timed in "
          "memory. \"lost\": given up at once or before it was written, of the blocks put. \"device B/B\": what the "
          "kernel charged for a byte. \"space\": what is on disk, of the limit.\n";
  for (const auto what : settings.what)
    text += (marked ? "\n## " : "\n") + std::string{to_string(what)} + (marked ? "\n\n" : ": ") +
            std::string{about(what)} + (marked ? ".\n\n" : "\n") + table_of(run, settings, what, style);
  const auto notes = notes_of(run);
  return text + (notes.empty() ? "" : (marked ? "\n## Notes\n\n" : "\nNotes\n") + notes);
}

std::string to_json(const bench_outcome& run, const bench_settings& settings, const machine_facts& machine) {
  stats::json_writer json;
  json.object("machine", [&] {
    for (const auto& [name, value] : machine)
      json.text(name, value);
  });
  json.object("settings", [&] {
    json.integer("repetitions", settings.repetitions);
    json.real("seconds", settings.seconds);
    json.integer("memory_bytes", settings.memory_bytes);
    json.integer("disk_bytes", settings.disk_bytes);
    json.integer("chain", settings.chain);
    json.integer("seed", settings.seed);
  });
  json.object("versions", [&] {
    for (const auto& [name, version] : run.versions)
      json.text(name, version);
  });
  json.array("cells", [&] {
    for (const auto& one : run.cells)
      json.element([&] {
        json.text("workload", to_string(one.what));
        json.integer("block_bytes", one.block_bytes);
        json.integer("threads", one.threads);
        json.text("peer", one.peer);
        json.text("failed", one.failed);
        json.array("repetitions", [&] {
          for (const auto& repetition : one.repetitions)
            json.element([&] {
              for (const auto& [name, value] : repetition)
                json.real(name, value);
            });
        });
      });
  });
  json.text("notes", notes_of(run));
  return json.finish() + '\n';
}

} // namespace hearth::bench
