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

/// What was not said: `quick` is there for tests, where only the bytes count.
void fill_in(bench_settings& chosen, const CLI::App& program) {
  if (chosen.sizes.empty())
    chosen.sizes =
        chosen.quick ? std::vector{64 * kib, mib} : std::vector{64 * kib, 256 * kib, mib, 4 * mib, 64 * mib, 512 * mib};
  if (chosen.counts.empty())
    chosen.counts =
        chosen.quick ? std::vector<std::uint64_t>{100} : std::vector<std::uint64_t>{1'000, 10'000, 100'000, 1'000'000};
  if (!chosen.quick)
    return;
  const auto unless_said = [&](const char* flag, auto& value, auto quick) {
    if (program.count(flag) == 0)
      value = quick;
  };
  unless_said("--repetitions", chosen.repetitions, 1u);
  unless_said("--capacity", chosen.capacity_bytes, 64 * mib);
  unless_said("--bytes", chosen.put_bytes, 16 * mib);
}

} // namespace

result<bench_settings> parse_bench_arguments(int argc, const char* const* argv) {
  bench_settings chosen;
  CLI::App program{"Measures the cold tier beside its peers and beside what the disk can do.", "hearth-bench-cold"};
  const auto many = [](CLI::Option* option) { option->delimiter(','); };
  program.add_option("--directory", chosen.directory, "where a fresh folder is made, used and removed")
      ->check(CLI::ExistingDirectory);
  many(program.add_option("--sizes", chosen.sizes, "of blocks, such as 64KiB,1MiB")
           ->type_name("SIZE")
           ->transform(bytes_between(4 * kib, 512 * mib, 4 * kib)));
  many(program.add_option("--contenders", chosen.contenders, "by name (see --list)"));
  program.add_option("--repetitions", chosen.repetitions, "of everything")
      ->type_name("N")
      ->transform(integer_between(1, 100));
  program.add_option("--capacity", chosen.capacity_bytes, "of each store")
      ->type_name("SIZE")
      ->transform(bytes_between(16 * mib, 1024 * 1024 * mib));
  program.add_option("--bytes", chosen.put_bytes, "put in each measurement")
      ->type_name("SIZE")
      ->transform(bytes_between(mib, 1024 * 1024 * mib));
  program.add_option("--disk-max", chosen.disk_bytes_max, "what may be on disk at once")
      ->type_name("SIZE")
      ->transform(bytes_between(16 * mib, 1024 * 1024 * mib));
  program.add_option("--read-depth", chosen.read_depth, "reads in flight")
      ->type_name("N")
      ->transform(integer_between(1, 256));
  program.add_option("--write-depth", chosen.write_depth, "puts in flight; 0: 4 MiB of them, at least 8")
      ->type_name("N")
      ->transform(integer_between(0, 256));
  program.add_option("--seed", chosen.seed, "of payloads and orders")->type_name("N")->transform(integer_between(0));
  program.add_option("--json", chosen.json, "a file for the results");
  program.add_flag("--quick", chosen.quick, "tiny sizes: only whether everybody gives back the right bytes");
  program.add_flag("--list", chosen.list, "name the contenders and end");
  program.add_flag("--reopen", chosen.reopen, "measure opening a store instead");
  many(program.add_option("--counts", chosen.counts, "of blocks in the store that is opened")
           ->type_name("N")
           ->transform(integer_between(1, 100'000'000)));
  program.add_option("--payload", chosen.payload_bytes, "of those blocks")
      ->type_name("SIZE")
      ->transform(bytes_between(16, mib));
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    chosen.help = program.help();
    return chosen;
  } catch (const CLI::ParseError& wrong) {
    return failure{errc::invalid_argument, wrong.what()};
  }
  fill_in(chosen, program);
  return chosen;
}

} // namespace hearth::bench
