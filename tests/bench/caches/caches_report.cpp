#include "tests/bench/caches/caches_report.hpp"

#include "stats/columns.hpp"
#include "stats/json_writer.hpp"
#include "stats/units.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace hearth::bench {

namespace {

using row = std::vector<std::string>;

/// Three digits that mean something, however large or small.
std::string digits(double value) {
  char text[64];
  const int decimals = value >= 100 || value == 0 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

std::string or_dash(const std::optional<double>& value) { return value ? digits(*value) : "-"; }

const caches_cell* named(const std::vector<const caches_cell*>& row, std::string_view begin) {
  const auto found =
      std::find_if(row.begin(), row.end(), [&](const auto* one) { return one->peer.starts_with(begin); });
  return found == row.end() ? nullptr : *found;
}

std::string ratio_to(const caches_cell& one, const caches_cell* other) {
  return other == nullptr ? "-" : or_dash(caches_outcome::ratio(one, *other, "ns_per_block"));
}

std::string table_text(const std::vector<row>& rows, table_style style) {
  if (style == table_style::text) {
    stats::columns columns;
    for (const auto& one : rows)
      columns.row(one);
    return columns.text();
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

std::string table_of(const caches_outcome& run, const caches_settings& settings, workload what, table_style style) {
  std::vector<row> rows{{"cache", "block", "threads", "GB/s", "ns/block", "x limit", "x hearth", "p50 us", "p99 us",
                         "p99.9 us", "hits", "CPU s/GB"}};
  for (const auto size : settings.sizes)
    for (const auto threads : settings.threads) {
      const auto cells = run.row(what, size, threads);
      rows.emplace_back();
      for (const auto* cell : cells) {
        row line{cell->peer, stats::format_bytes(size), std::to_string(threads)};
        if (cell->repetitions.empty())
          line.emplace_back(cell->failed.empty() ? "-" : "FAILED");
        else
          for (auto& text :
               row{or_dash(cell->median("gb_per_s")), or_dash(cell->median("ns_per_block")),
                   ratio_to(*cell, named(cells, "limit")), ratio_to(*cell, named(cells, "hearth")),
                   or_dash(cell->median("p50_us")), or_dash(cell->median("p99_us")), or_dash(cell->median("p999_us")),
                   or_dash(cell->median("hit_share")), or_dash(cell->median("cpu_s_per_gb"))})
            line.push_back(std::move(text));
        rows.push_back(std::move(line));
      }
    }
  return table_text(rows, style);
}

std::string notes_of(const caches_outcome& run) {
  std::string text;
  for (const auto& note : run.notes)
    text += "- " + note + '\n';
  for (const auto& cell : run.cells)
    if (!cell.failed.empty())
      text += "- " + cell.peer + ", " + std::string{to_string(cell.what)} + ", " +
              stats::format_bytes(cell.block_bytes) + ": FAILED: " + cell.failed + '\n';
  return text + (run.interrupted ? "- interrupted: what is here is what was measured until then\n" : "");
}

} // namespace

std::string to_tables(const caches_outcome& run, const caches_settings& settings, const machine_facts& machine,
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
          "that time over the one of what the machine allows and over hearth's, repetition by repetition: below 1 is "
          "faster. Latencies are of one call, every eighth timed.\n";
  for (const auto what : settings.what)
    text += (marked ? "\n## " : "\n") + std::string{to_string(what)} + (marked ? "\n\n" : ": ") +
            std::string{about(what)} + (marked ? ".\n\n" : "\n") + table_of(run, settings, what, style);
  const auto notes = notes_of(run);
  return text + (notes.empty() ? "" : (marked ? "\n## Notes\n\n" : "\nNotes\n") + notes);
}

std::string to_json(const caches_outcome& run, const caches_settings& settings, const machine_facts& machine) {
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
    for (const auto& cell : run.cells)
      json.element([&] {
        json.text("workload", to_string(cell.what));
        json.integer("block_bytes", cell.block_bytes);
        json.integer("threads", cell.threads);
        json.text("cache", cell.peer);
        json.text("failed", cell.failed);
        json.array("repetitions", [&] {
          for (const auto& one : cell.repetitions)
            json.element([&] {
              for (const auto& [name, value] : one)
                json.real(name, value);
            });
        });
      });
  });
  json.text("notes", notes_of(run));
  return json.finish() + '\n';
}

} // namespace hearth::bench
