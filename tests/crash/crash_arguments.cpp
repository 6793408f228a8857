#include "tests/crash/crash_arguments.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>

namespace hearth::crash {

using storage::errc;
using storage::result;

namespace {

/// Arguments from the parent to a child, in addition to the common options.
struct child_arguments_given {
  std::string role;
  std::uint64_t directory_round = 1;
  std::uint64_t first_version = 1;
  int reports = -1;
};

child_order order_of(const crash_options& options, const child_arguments_given& given) {
  child_order order;
  order.checks = given.role == "check";
  order.directory = options.directory;
  order.plan = plan_directory(options.seed, given.directory_round);
  order.life = plan_life(options.seed, options.first_round, order.plan, !options.shim.empty());
  order.seed = mix_bits(options.seed) + options.first_round;
  order.first_version = given.first_version;
  order.reports = given.reports;
  return order;
}

} // namespace

result<crash_options> parse_arguments(int argc, const char* const* argv) {
  CLI::App app{"Kills processes that work on a cache, opens what they leave behind, and checks it.", "hearth_crash"};
  crash_options options;
  child_arguments_given child;
  app.add_option("--rounds", options.rounds, "kills, each followed by a check")->capture_default_str();
  app.add_option("--first-round", options.first_round, "number of the first")->capture_default_str();
  app.add_option("--seed", options.seed, "of plans and work; when exactly a process dies is up to the machine")
      ->capture_default_str();
  app.add_option("--directory", options.directory, "where to work; none: a temporary directory, removed afterwards");
  app.add_option("--with-faults", options.shim,
                 "shared library that makes writes fail; the cache then runs with threads instead of io_uring");
  // Internal, between parent and child. `--first-round` is then the child's own round.
  app.add_option("--child", child.role)->group("");
  app.add_option("--directory-round", child.directory_round)->group("");
  app.add_option("--first-version", child.first_version)->group("");
  app.add_option("--reports", child.reports)->group("");
  app.footer("Exit status: 0 all held, 1 something did not, 2 the program could not work.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.help = app.help();
    return options;
  } catch (const CLI::Error& refused) {
    return {errc::invalid_argument, std::string{refused.what()} + " (see hearth_crash --help)"};
  }
  std::error_code failed;
  options.program = std::filesystem::read_symlink("/proc/self/exe", failed).string();
  if (failed)
    return {errc::invalid_argument, "/proc/self/exe: " + failed.message() + "; children are started from it"};
  if (!options.shim.empty())
    options.shim = std::filesystem::absolute(options.shim).string();
  if (!options.directory.empty())
    options.directory = std::filesystem::absolute(options.directory).string();
  if (!child.role.empty())
    options.child = order_of(options, child);
  return options;
}

std::vector<std::string> child_arguments(const crash_options& options, const std::string& directory,
                                         std::uint64_t directory_round, std::uint64_t round, bool checks,
                                         std::uint64_t first_version) {
  std::vector<std::string> arguments{options.program,
                                     "--child",
                                     checks ? "check" : "write",
                                     "--directory",
                                     directory,
                                     "--seed",
                                     std::to_string(options.seed),
                                     "--first-round",
                                     std::to_string(round),
                                     "--directory-round",
                                     std::to_string(directory_round),
                                     "--first-version",
                                     std::to_string(first_version)};
  if (!options.shim.empty())
    arguments.insert(arguments.end(), {"--with-faults", options.shim});
  arguments.emplace_back("--reports");
  return arguments;
}

std::string command_line(const crash_options& options, std::uint64_t first, std::uint64_t last) {
  auto text = options.program + " --seed " + std::to_string(options.seed) + " --first-round " + std::to_string(first) +
              " --rounds " + std::to_string(last - first + 1);
  return options.shim.empty() ? text : text + " --with-faults " + options.shim;
}

} // namespace hearth::crash
