// Stress test: many host threads use one small cache with real threads and files. Mailboxes overflow, actors die,
// limits change, blocks are erased while they are written and read, and the cache is closed, or dies, and is reopened.
// Checks: no get returns bytes that were not put, or a block that was erased or replaced before the request; every call
// is answered; counters add up. Meant for the sanitizers; without them it is a soak test.
#include "actors/host/program/temporary_directory.hpp"
#include "tests/stress/stress_run.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <cstdio>

namespace {

using namespace hearth;

struct settings {
  std::uint64_t operations = 100'000;
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  stress::run_plan plan;
};

/// 0: no violation, 1: a violation, 2: the program could not run.
int run(const settings& chosen, std::uint64_t seed) {
  auto folder = temporary_directory::make();
  if (!folder) {
    std::fprintf(stderr, "%s\n", storage::to_string(folder.error()).c_str());
    return 2;
  }
  auto plan = chosen.plan;
  plan.roomy = seed % 2 == 0;
  const auto operations = chosen.operations / chosen.seeds;
  const auto end = stress::stress_run{plan, folder->path(), seed}.run(operations);
  if (!end)
    std::fprintf(stderr, "seed %llu: %s\n", static_cast<unsigned long long>(seed),
                 storage::to_string(end.error()).c_str());
  if (end.ok() && *end)
    return 0;
  std::printf("again: hearth_stress --hosts %llu --operations %llu --seed %llu (the threads interleave as they like); "
              "left in %s\n",
              static_cast<unsigned long long>(plan.hosts), static_cast<unsigned long long>(operations),
              static_cast<unsigned long long>(seed), folder->path().c_str());
  folder->keep(); // kept for analysis
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Stress test of the cache with real threads and files.", "hearth_stress"};
  settings chosen;
  bool log = false;
  app.add_option("--operations", chosen.operations, "calls of hosts, in all")->capture_default_str();
  app.add_option("--seed", chosen.seed, "the first; threads interleave as they like")->capture_default_str();
  app.add_option("--seeds", chosen.seeds, "how many; even ones have room for all blocks on disk")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--hosts", chosen.plan.hosts, "threads that ask")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_flag("--log", log, "show what the cache logs: mostly the deaths that it is made to die");
  CLI11_PARSE(app, argc, argv);
  if (!log)
    spdlog::register_logger(
        std::make_shared<spdlog::logger>("hearth", std::make_shared<spdlog::sinks::null_sink_mt>()));
  int worst = 0;
  for (std::uint64_t i = 0; i < chosen.seeds; ++i)
    worst = std::max(worst, run(chosen, chosen.seed + i));
  return worst;
}
