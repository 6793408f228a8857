// Program behind `hearth bench`: measures hearth through its facade and its store, next to other caches and the limits
// of the machine. No figure gates anything. How to read it: README.md.
#include "actors/host/program/interruption.hpp"
#include "tests/bench/machine.hpp"
#include "tests/bench/outcome.hpp"
#include "tests/bench/report.hpp"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace {

using namespace hearth;
using namespace hearth::bench;

int fail(const storage::failure& error) {
  std::fprintf(stderr, "hearth bench: %s\n", error.context.c_str());
  return 2;
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
    return print_names(all_peers());
  if (const auto writable = check_writable({settings->json, settings->plot, settings->results}); !writable)
    return fail(writable.error());
  // Log lines of the caches would mix with the tables; the figures tell what matters.
  spdlog::register_logger(std::make_shared<spdlog::logger>("hearth", std::make_shared<spdlog::sinks::null_sink_mt>()));
  note_interruptions(); // from now on a signal ends the program normally, with destructors
  const auto place = workspace::make(settings->directory);
  if (!place)
    return fail(place.error());
  const auto machine = describe_machine(place->path());
  const auto run = run_bench(*settings, *place);
  if (!run)
    return fail(run.error());
  std::fputs(to_tables(*run, *settings, machine, table_style::text).c_str(), stdout);
  for (const auto& written :
       {write_file(settings->json, to_json(*run, *settings, machine)),
        write_file(settings->plot, to_svg(*run, *settings)),
        write_file(settings->results, to_tables(*run, *settings, machine, table_style::markdown))})
    if (!written)
      return fail(written.error());
  const bool failed =
      std::any_of(run->cells.begin(), run->cells.end(), [](const auto& x) { return !x.failed.empty(); });
  return failed || run->interrupted ? 1 : 0;
}
