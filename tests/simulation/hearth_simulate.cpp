// hearth-simulate: runs the whole cache in simulated worlds, one per seed, and reports violations.
#include "tests/simulation/shorten.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>
#include <string>

namespace {

using namespace hearth::simulation;

struct settings {
  sim_request request;
  std::uint64_t seeds = 1;
  double minutes = 0;
  bool twice = false;
  bool hashes = false;
  bool first = false;
};

/// Events that must occur in a long run: a fault that never occurs tests nothing.
constexpr const char* must_fire[] = {"failed: open",
                                     "failed: read",
                                     "failed: write",
                                     "failed: rename",
                                     "failed: remove",
                                     "failed: sync",
                                     "failed: reserve",
                                     "failed: list",
                                     "bits flipped",
                                     "pages torn",
                                     "pages misplaced",
                                     "files cut short",
                                     "disk filled by others",
                                     "directory went away",
                                     "directory came back",
                                     "snapshots while detached",
                                     "disk hangs",
                                     "jobs of seconds",
                                     "writer killed",
                                     "reader killed",
                                     "stats killed",
                                     "hot_cache killed",
                                     "kills",
                                     "power cuts",
                                     "restarts",
                                     "openings refused",
                                     "audits",
                                     "dropped: evict_full",
                                     "dropped: preflight_full",
                                     "dropped: late_full",
                                     "dropped: orphan",
                                     "synced flushes",
                                     "hits",
                                     "chains put at once",
                                     "hot blocks cleared",
                                     "hot blocks that stayed",
                                     "cold blocks cleared",
                                     "snapshots with reclaimed blocks",
                                     "synced blocks looked for after a kill",
                                     "synced blocks looked for after a power cut",
                                     "synced blocks looked for after a restart"};
constexpr std::uint64_t seeds_for_all_faults = 200;

void report_violation(const settings& chosen, const sim_report& seen) {
  std::printf("seed %llu, operation %zu: %s\n", static_cast<unsigned long long>(chosen.request.seed), seen.operation,
              seen.violation.c_str());
  std::printf("again: hearth-simulate --seed %llu --ops %zu\n", static_cast<unsigned long long>(chosen.request.seed),
              chosen.request.operations);
  std::fflush(stdout);
  auto shortest = shorten(chosen.request);
  shortest.keep_log = true;
  const auto last = simulation{shortest}.run();
  std::printf("shortened to %zu operations: %s\n", shortest.operations - shortest.skipped.size(),
              last.violation.c_str());
  for (const auto& line : last.log)
    std::printf("  %s\n", line.c_str());
}

/// Returns whether all these events have occurred.
bool report_fired(const std::map<std::string, std::uint64_t>& fired, bool all_asked) {
  for (const auto& [kind, times] : fired)
    std::printf("  %-45s %12llu\n", kind.c_str(), static_cast<unsigned long long>(times));
  bool all = true;
  for (const auto* kind : must_fire)
    if (const auto found = fired.find(kind); all_asked && (found == fired.end() || found->second == 0)) {
      std::printf("never fired: %s\n", kind);
      all = false;
    }
  return all;
}

int run(settings chosen) {
  using clock = std::chrono::steady_clock;
  const auto started = clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(clock::now() - started).count(); };
  std::map<std::string, std::uint64_t> fired;
  std::uint64_t done = 0;
  std::uint64_t violations = 0;
  const auto first = chosen.request.seed;
  for (; chosen.minutes > 0 ? elapsed() < chosen.minutes * 60 : done < chosen.seeds; ++done) {
    chosen.request.seed = first + done;
    const auto seen = simulation{chosen.request}.run();
    for (const auto& [kind, times] : seen.fired)
      fired[kind] += times;
    if (chosen.hashes)
      std::printf("%llu %016llx\n", static_cast<unsigned long long>(chosen.request.seed),
                  static_cast<unsigned long long>(seen.trace_hash));
    if (!seen.violation.empty()) {
      ++violations;
      if (chosen.first)
        return 1;
      report_violation(chosen, seen);
    } else if (chosen.twice && simulation{chosen.request}.run().trace_hash != seen.trace_hash) {
      ++violations;
      std::printf("seed %llu: another trace the second time\n", static_cast<unsigned long long>(chosen.request.seed));
    }
  }
  std::printf("%llu seeds from %llu on, %zu operations each, %.1f seeds a second\n",
              static_cast<unsigned long long>(done), static_cast<unsigned long long>(first), chosen.request.operations,
              static_cast<double>(done) / elapsed());
  const bool all_fired = report_fired(fired, done >= seeds_for_all_faults);
  std::printf("%llu violations\n", static_cast<unsigned long long>(violations));
  return violations == 0 && all_fired ? 0 : 1;
}

} // namespace

int main(int count, char** arguments) {
  settings chosen;
  CLI::App program{"Runs whole caches in simulated worlds, each decided by a seed.", "hearth-simulate"};
  program.add_option("--seed", chosen.request.seed, "the first");
  program.add_option("--seeds", chosen.seeds, "how many")->check(CLI::PositiveNumber);
  program.add_option("--ops", chosen.request.operations, "operations a seed")->check(CLI::PositiveNumber);
  program.add_option("--minutes", chosen.minutes, "run this long instead")->check(CLI::PositiveNumber);
  program.add_flag("--twice", chosen.twice, "run every seed twice and compare the traces");
  program.add_flag("--hashes", chosen.hashes, "print the hash of each trace");
  program.add_flag("--first", chosen.first, "end with the first violation, and say no more");
  CLI11_PARSE(program, count, arguments);
  spdlog::register_logger(std::make_shared<spdlog::logger>("hearth", std::make_shared<spdlog::sinks::null_sink_mt>()));
  return run(chosen);
}
