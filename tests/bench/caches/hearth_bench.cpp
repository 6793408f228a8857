// What `hearth bench` runs: hearth as a host app sees it, beside other caches and beside what the machine allows. No
// figure gates anything. README.md says how to read it.
#include "actors/host/interruption.hpp"
#include "tests/bench/caches/caches_report.hpp"
#include "tests/bench/contender.hpp"
#include "tests/bench/machine.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>

namespace {

using namespace hearth;
using namespace hearth::bench;

int fail(const storage::failure& error) {
  std::fprintf(stderr, "hearth bench: %s\n", error.context.c_str());
  return 2;
}

/// Nothing is written to a path that is empty.
storage::result<void> write(const std::string& path, const std::string& text) {
  if (path.empty())
    return {};
  std::ofstream file{path};
  file << text;
  file.close();
  return file ? storage::result<void>{} : system_failure(path + " cannot be written", errno);
}

int list_peers() {
  const auto list = all_peers();
  for (const auto& entry : list.entries)
    std::printf("%s\n", entry.name.c_str());
  for (const auto& note : list.notes)
    std::printf("(%s)\n", note.c_str());
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const auto settings = parse_caches_arguments(argc, argv);
  if (!settings)
    return fail(settings.error());
  if (!settings->help.empty()) {
    std::fputs(settings->help.c_str(), stdout);
    return 0;
  }
  if (settings->list)
    return list_peers();
  note_interruptions(); // from here on a signal ends the program through its destructors
  const auto place = workspace::make(settings->directory);
  if (!place)
    return fail(place.error());
  const auto machine = describe_machine(place->path());
  const auto run = run_caches(*settings, *place);
  if (!run)
    return fail(run.error());
  std::fputs(to_tables(*run, *settings, machine, table_style::text).c_str(), stdout);
  for (const auto& written :
       {write(settings->json, to_json(*run, *settings, machine)), write(settings->plot, to_svg(*run, *settings)),
        write(settings->results, to_tables(*run, *settings, machine, table_style::markdown))})
    if (!written)
      return fail(written.error());
  const bool failed =
      std::any_of(run->cells.begin(), run->cells.end(), [](const auto& x) { return !x.failed.empty(); });
  return failed || run->interrupted ? 1 : 0;
}
