// Measures the cold tier beside its peers and beside what the disk can do. README.md says how to run it and read it;
// each measure_*.cpp, reopen.cpp and *_contender.cpp begins with what should come out.
#include "actors/host/program/interruption.hpp"
#include "tests/bench/cold_run.hpp"
#include "tests/bench/outcome.hpp"
#include "tests/bench/reopen.hpp"

#include <algorithm>
#include <cstdio>

namespace {

using namespace hearth;
using namespace hearth::bench;

int fail(const storage::failure& error) {
  std::fprintf(stderr, "hearth-bench-cold: %s\n", to_string(error).c_str());
  return 2;
}

/// Prints the tables, writes the JSON, and returns the exit code: 1 if anything failed.
int report(const bench_settings& settings, const std::string& tables, const std::string& json, bool failed) {
  std::fputs(tables.c_str(), stdout);
  const auto written = write_file(settings.json, json);
  return !written ? fail(written.error()) : failed ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
  const auto settings = parse_bench_arguments(argc, argv);
  if (!settings)
    return fail(settings.error());
  if (!settings->help.empty()) {
    std::fputs(settings->help.c_str(), stdout);
    return 0;
  }
  if (settings->list)
    return print_names(all_contenders());
  if (const auto writable = check_writable({settings->json}); !writable)
    return fail(writable.error());
  note_interruptions(); // from here on a signal ends the program through its destructors
  const auto place = workspace::make(settings->directory);
  if (!place)
    return fail(place.error());
  const auto machine = describe_machine(place->path());
  if (settings->reopen) {
    const auto run = run_reopen(*settings, *place);
    const bool failed = std::any_of(run.rows.begin(), run.rows.end(), [](const auto& x) { return x.open_ms.empty(); });
    return report(*settings, to_tables(run, *settings, machine), to_json(run, *settings, machine), failed);
  }
  const auto run = run_cold(*settings, *place);
  if (!run)
    return fail(run.error());
  const bool failed = std::any_of(run->rows.begin(), run->rows.end(), [](const auto& row) {
    return std::any_of(row.cells.begin(), row.cells.end(),
                       [](const auto& cell) { return !cell.second.failed.empty(); });
  });
  return report(*settings, to_tables(*run, *settings, machine), to_json(*run, *settings, machine),
                failed || run->interrupted);
}
