#include "tests/bench/report.hpp"

#include "stats/columns.hpp"
#include "stats/json_writer.hpp"
#include "stats/units.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>

namespace hearth::bench {

namespace {

using row_cells = std::function<std::vector<std::string>(const run_outcome::row&, std::uint64_t block_bytes)>;

/// A table with a group of rows for each size; `cells` fills what follows the size and the name.
std::string table(const run_outcome& run, const bench_settings& settings, std::vector<std::string> head,
                  const row_cells& cells) {
  stats::columns rows;
  head.insert(head.begin(), {"contender", "block"});
  rows.row(std::move(head));
  for (const auto size : settings.sizes) {
    rows.row({});
    for (const auto& row : run.rows) {
      const auto found = row.cells.find(size);
      if (found == row.cells.end())
        continue;
      std::vector<std::string> line{row.name, stats::format_bytes(size)};
      auto rest = cells(row, size);
      if (found->second.repetitions.empty())
        line.emplace_back(found->second.failed.empty() ? "not taken" : "FAILED");
      else if (std::count(rest.begin(), rest.end(), "-") == std::ssize(rest))
        continue; // nobody measures this at this size
      else
        line.insert(line.end(), rest.begin(), rest.end());
      rows.row(std::move(line));
    }
  }
  return rows.text();
}

std::string or_dash(const std::optional<double>& value, int decimals) { return value ? fixed(*value, decimals) : "-"; }

std::string median(const run_outcome::row& row, std::uint64_t size, const std::string& name, int decimals) {
  const auto found = figure(row.cells.at(size), name);
  return found ? fixed(found->median, decimals) : "-";
}

/// GB/s, its spread, its share of the limit, and the limit.
std::string throughput(const run_outcome& run, const bench_settings& settings, const std::string& name) {
  return table(run, settings, {"GB/s", "min", "max", "x limit", "limit"}, [&](const auto& row, std::uint64_t size) {
    const auto found = figure(row.cells.at(size), name);
    if (!found)
      return std::vector<std::string>{"-"};
    return std::vector{fixed(found->median, 2), fixed(found->least, 2), fixed(found->most, 2),
                       or_dash(ratio(run, row, size, name), 2), or_dash(limit(run, size, name), 2)};
  });
}

std::string latencies(const run_outcome& run, const bench_settings& settings) {
  return table(run, settings, {"alone p50", "p99", "beside p50", "p99", "reads beside", "writer GB/s", "limit GB/s"},
               [&](const auto& row, std::uint64_t size) {
                 return std::vector{median(row, size, "alone_p50_us", 0),
                                    median(row, size, "alone_p99_us", 0),
                                    median(row, size, "beside_p50_us", 0),
                                    median(row, size, "beside_p99_us", 0),
                                    median(row, size, "beside_reads", 0),
                                    median(row, size, "beside_put_gb_per_s", 2),
                                    or_dash(limit(run, size, "beside_put_gb_per_s"), 2)};
               });
}

std::string costs(const run_outcome& run, const bench_settings& settings) {
  return table(run, settings,
               {"CPU s/GB put", "CPU us/block put", "CPU s/GB read", "device B/B put", "device B/B read", "peak space",
                "lost", "missing"},
               [&](const auto& row, std::uint64_t size) {
                 return std::vector{median(row, size, "put_cpu_s_per_gb", 3),
                                    median(row, size, "put_cpu_us_per_block", 0),
                                    median(row, size, "read_cpu_s_per_gb", 3),
                                    median(row, size, "device_bytes_per_byte_put", 2),
                                    median(row, size, "device_bytes_per_byte_read", 2),
                                    median(row, size, "space_share", 3),
                                    median(row, size, "lost_share", 3),
                                    median(row, size, "missing_share", 3)};
               });
}

std::string contenders(const run_outcome& run) {
  stats::columns rows;
  rows.row({"contender", "O_DIRECT", "version"});
  for (const auto& row : run.rows)
    rows.row({row.name, row.facts.o_direct ? "yes" : "no", row.facts.version});
  return rows.text();
}

std::string notes(const run_outcome& run) {
  std::string text;
  for (const auto& note : run.notes)
    text += note + '\n';
  for (const auto& row : run.rows)
    for (const auto& [size, cell] : row.cells)
      if (const auto& why = cell.failed.empty() ? cell.refused : cell.failed; !why.empty())
        text += row.name + ", " + stats::format_bytes(size) + (cell.failed.empty() ? ": not taken: " : ": FAILED: ") +
                why + '\n';
  return text + (run.interrupted ? "interrupted: what is here is what was measured until then\n" : "");
}

void write_cell(stats::json_writer& json, const run_outcome& run, const run_outcome::row& row, std::uint64_t size) {
  const auto& cell = row.cells.at(size);
  json.integer("repetitions", cell.repetitions.size());
  json.text("refused", cell.refused);
  json.text("failed", cell.failed);
  if (cell.repetitions.empty())
    return;
  for (const auto& [name, value] : cell.repetitions.front()) {
    const auto found = figure(cell, name);
    json.object(name, [&, &figure_name = name] {
      json.real("median", found->median);
      json.real("min", found->least);
      json.real("max", found->most);
      if (const auto share = ratio(run, row, size, figure_name))
        json.real("of_limit", *share);
    });
  }
}

} // namespace

std::string fixed(double value, int decimals) {
  char digits[64];
  std::snprintf(digits, sizeof(digits), "%.*f", decimals, value);
  return digits;
}

std::string to_tables(const run_outcome& run, const bench_settings& settings, const machine_facts& machine) {
  std::string text;
  for (const auto& [name, value] : machine)
    text += name + ": " + value + '\n';
  text += "seed: " + std::to_string(settings.seed) + "\nrepetitions: " + std::to_string(settings.repetitions) +
          " (medians; blocks above 64 MiB once)\ncapacity: " + stats::format_bytes(settings.capacity_bytes) +
          ", put in each measurement: " + stats::format_bytes(settings.put_bytes) +
          "\nlimit: the better of the raw contenders in the same repetition\n\n" + contenders(run);
  text += "\nSustained put at the capacity limit, synced every 128 MiB\n" + throughput(run, settings, "put_gb_per_s");
  text += "\nCold reads, " + std::to_string(settings.read_depth) + " at once (at most 256 MiB of them)\n" +
          throughput(run, settings, "read_gb_per_s");
  text += "\nCold reads, one at a time\n" + throughput(run, settings, "read_one_gb_per_s");
  text += "\nLatency of a cold read in us, alone and beside a writer at full speed\n" + latencies(run, settings);
  text += "\nCost; space is the peak in the directory, of the capacity\n" + costs(run, settings);
  const auto said = notes(run);
  return text + (said.empty() ? "" : "\nNotes\n" + said);
}

std::string to_json(const run_outcome& run, const bench_settings& settings, const machine_facts& machine) {
  stats::json_writer json;
  json.object("machine", [&] {
    for (const auto& [name, value] : machine)
      json.text(name, value);
  });
  json.object("settings", [&] {
    json.integer("seed", settings.seed);
    json.integer("repetitions", settings.repetitions);
    json.integer("capacity_bytes", settings.capacity_bytes);
    json.integer("put_bytes", settings.put_bytes);
    json.integer("read_depth", settings.read_depth);
  });
  json.object("contenders", [&] {
    for (const auto& row : run.rows)
      json.object(row.name, [&] {
        json.text("version", row.facts.version);
        json.text("o_direct", row.facts.o_direct ? "yes" : "no");
      });
  });
  json.object("sizes", [&] {
    for (const auto size : settings.sizes)
      json.object(std::to_string(size), [&] {
        for (const auto& row : run.rows)
          if (row.cells.contains(size))
            json.object(row.name, [&] { write_cell(json, run, row, size); });
      });
  });
  json.text("notes", notes(run));
  return json.finish() + '\n';
}

} // namespace hearth::bench
