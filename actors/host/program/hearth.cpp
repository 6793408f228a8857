// The program `hearth`: its commands are `replay`, `serve`, `stats`, `top`, `size`, `verify`, `policies` and `bench`.

#include "actors/host/program/bench_command.hpp"
#include "actors/host/program/policies_arguments.hpp"
#include "actors/host/program/policies_command.hpp"
#include "actors/host/program/printable.hpp"
#include "actors/host/program/replay_arguments.hpp"
#include "actors/host/program/replay_command.hpp"
#include "actors/host/program/serve_arguments.hpp"
#include "actors/host/program/serve_command.hpp"
#include "actors/host/program/size_arguments.hpp"
#include "actors/host/program/size_command.hpp"
#include "actors/host/program/verify_arguments.hpp"
#include "actors/host/program/verify_command.hpp"
#include "actors/host/program/watch_arguments.hpp"
#include "actors/host/program/watch_command.hpp"

#include <exception>
#include <iostream>

namespace {

template <class Options>
hearth::command_outcome run(const hearth::storage::result<Options>& options,
                            hearth::command_outcome (*command)(const Options&)) {
  if (!options)
    return {hearth::bad_input, {}, options.error().context};
  if (!options->help.empty())
    return {0, options->help, {}};
  return command(*options);
}

hearth::command_outcome run(int argc, char** argv) {
  if (hearth::asks_to_serve(argc, argv))
    return run(hearth::parse_serve_arguments(argc, argv), hearth::run_serve);
  if (hearth::asks_for_size(argc, argv))
    return run(hearth::parse_size_arguments(argc, argv), hearth::run_size);
  if (hearth::asks_for_stats(argc, argv))
    return run(hearth::parse_watch_arguments(argc, argv), hearth::run_stats);
  if (hearth::asks_for_top(argc, argv))
    return run(hearth::parse_watch_arguments(argc, argv), hearth::run_top);
  if (hearth::asks_to_verify(argc, argv))
    return run(hearth::parse_verify_arguments(argc, argv), hearth::run_verify);
  if (hearth::asks_for_policies(argc, argv))
    return run(hearth::parse_policies_arguments(argc, argv), hearth::run_policies);
  if (hearth::asks_to_bench(argc, argv))
    return hearth::run_bench(argv);
  return run(hearth::parse_replay_arguments(argc, argv), hearth::run_replay);
}

} // namespace

int main(int argc, char** argv) {
  hearth::command_outcome outcome;
  try {
    outcome = run(argc, argv);
  } catch (const std::exception& caught) { // out of memory: nothing below throws otherwise
    outcome = {1, {}, caught.what()};
  }
  std::cout << outcome.output << std::flush;
  if (!std::cout && outcome.status == 0)
    outcome = {1, {}, "the report cannot be written to standard output"};
  if (!outcome.error.empty())
    std::cerr << "hearth: " << hearth::printable(outcome.error) << '\n';
  return outcome.status;
}
