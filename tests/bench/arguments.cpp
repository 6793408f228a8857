#include "tests/bench/arguments.hpp"

#include "actors/host/program/number_options.hpp"

#include <CLI/CLI.hpp>

namespace hearth::bench {

namespace {

using storage::errc;
using storage::failure;
using storage::result;

constexpr std::uint64_t kib = 1 << 10;
constexpr std::uint64_t mib = 1 << 20;

} // namespace

result<bench_settings> parse_bench_arguments(int argc, const char* const* argv) {
  bench_settings chosen;
  std::vector<std::string> names;
  std::vector<std::string> workload_names;
  for (std::size_t i = 0; i < workloads; ++i)
    workload_names.emplace_back(to_string(static_cast<workload>(i)));
  std::string told;
  for (std::size_t i = 0; i < workloads; ++i)
    told += "\n  " + workload_names[i] + ": " + std::string{about(static_cast<workload>(i))};
  CLI::App program{"Measures hearth as a host app sees it, beside other caches and what the machine allows.",
                   "hearth bench"};
  const auto many = [](CLI::Option* option) { return option->delimiter(','); };
  many(program.add_option("workloads", names, "which [all; hours]: " + told))->check(CLI::IsMember(workload_names));
  many(program.add_option("--sizes", chosen.sizes, "of blocks [16KiB,256KiB,1MiB,4MiB]"))
      ->type_name("SIZE")
      ->transform(bytes_between(4 * kib, 512 * mib, 4 * kib));
  many(program.add_option("--threads", chosen.threads, "that ask at once [1,2,4,8]"))
      ->type_name("N")
      ->transform(integer_between(1, 256));
  many(program.add_option("--peers", chosen.peers, "by name, see --list [all that are installed]"));
  program.add_option("--directory", chosen.directory, "where a fresh folder is made, used and removed [.]")
      ->check(CLI::ExistingDirectory);
  program.add_option("--memory", chosen.memory_bytes, "of each cache [512MiB]")
      ->type_name("SIZE")
      ->transform(bytes_between(16 * mib, 1024 * 1024 * mib, 4 * kib));
  program.add_option("--disk", chosen.disk_bytes, "of each cache that has one [2GiB]")
      ->type_name("SIZE")
      ->transform(bytes_between(64 * mib, 1024 * 1024 * mib, 4 * kib));
  program.add_option("--chain", chosen.chain, "blocks in a chain [1000]")
      ->type_name("N")
      ->transform(integer_between(1, 100'000));
  program.add_option("--repetitions", chosen.repetitions, "of everything [5]")
      ->type_name("N")
      ->transform(integer_between(1, 100));
  program.add_option("--seconds", chosen.seconds, "of each measurement, at most [0.3]")
      ->type_name("SECONDS")
      ->transform(seconds_between(0.001, 3600));
  program.add_option("--seed", chosen.seed, "of what is asked for [1]")->type_name("N")->transform(integer_between(0));
  program.add_option("--json", chosen.json, "a file for all figures");
  program.add_option("--plot", chosen.plot, "a file for a picture, SVG");
  program.add_option("--results", chosen.results, "a file for the tables as Markdown");
  program.add_flag("--quick", chosen.quick, "only to see whether it works: leaves the kernel's caches of names alone");
  program.add_flag("--list", chosen.list, "name the peers and end");
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    chosen.help = program.help();
    return chosen;
  } catch (const CLI::ParseError& wrong) {
    return failure{errc::invalid_argument, wrong.what()};
  }
  for (const auto& name : names.empty() ? workload_names : names)
    chosen.what.push_back(*workload_from(name));
  if (chosen.sizes.empty())
    chosen.sizes = {16 * kib, 256 * kib, mib, 4 * mib};
  if (chosen.threads.empty())
    chosen.threads = {1, 2, 4, 8};
  return chosen;
}

} // namespace hearth::bench
