#include "actors/host/program/policies_arguments.hpp"

#include "actors/host/program/number_options.hpp"
#include "actors/host/program/refused_arguments.hpp"

#include <CLI/CLI.hpp>

#include <string_view>
#include <utility>

namespace hearth {

using storage::failure;
using storage::result;

namespace {

constexpr std::size_t capacity_max = 1'000'000'000;

failure refuse(std::string what) { return refused_arguments(std::move(what), "policies"); }

} // namespace

bool asks_for_policies(int argc, const char* const* argv) noexcept {
  return argc > 1 && std::string_view{argv[1]} == "policies";
}

CLI::App* describe_policies(CLI::App& program) {
  return program.add_subcommand("policies", "Compares the hits of eviction policies on a trace, by simulation");
}

result<policies_options> parse_policies_arguments(int argc, const char* const* argv) {
  CLI::App app{"hearth: a two-tier cache for KV-cache blocks", "hearth"};
  auto* policies = describe_policies(app);
  policies_options options;
  policies
      ->add_option("--trace", options.trace,
                   "trace file: one request a line, each a JSON object with hash_ids [the chat workload]")
      ->type_name("FILE");
  policies
      ->add_option("--capacity", options.capacities,
                   "sizes of the tier, blocks [1, 2, 5, 10 and 20 % of the blocks of the trace]")
      ->delimiter(',')
      ->type_name("N,...")
      ->transform(integer_between(1, capacity_max));
  policies->add_option("--requests", options.requests, "most requests to read [the whole trace, or 2000 of chat]")
      ->type_name("N")
      ->transform(integer_between(1, capacity_max));
  policies->add_option("--seed", options.seed, "seed of the chat workload [1]")
      ->type_name("N")
      ->transform(integer_between(0));
  policies->add_flag("--json", options.json, "print the scores as one JSON object");
  policies->footer(
      "A block is usable if every block before it in its request is present as well. Every block of a request is "
      "admitted\nafter the request has been counted. clairvoyant knows the future: no policy does better.");
  app.require_subcommand(1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.help = app.help();
    return options;
  } catch (const CLI::Error& refused) {
    return refuse(refused.what());
  }
  return options;
}

} // namespace hearth
