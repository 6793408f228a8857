// The program `hearth`: its one command so far is `replay`.

#include "actors/host/printable.hpp"
#include "actors/host/replay_arguments.hpp"
#include "actors/host/replay_command.hpp"

#include <exception>
#include <iostream>

namespace {

hearth::command_outcome run(int argc, char** argv) {
  const auto options = hearth::parse_replay_arguments(argc, argv);
  if (!options)
    return {2, {}, options.error().context};
  if (!options->help.empty())
    return {0, options->help, {}};
  return hearth::run_replay(*options);
}

} // namespace

int main(int argc, char** argv) {
  hearth::command_outcome outcome;
  try {
    outcome = run(argc, argv);
  } catch (const std::exception& caught) { // memory is gone: nothing below throws otherwise
    outcome = {1, {}, caught.what()};
  }
  std::cout << outcome.output << std::flush;
  if (!std::cout && outcome.status == 0)
    outcome = {1, {}, "the report cannot be written to standard output"};
  if (!outcome.error.empty())
    std::cerr << "hearth: " << hearth::printable(outcome.error) << '\n';
  return outcome.status;
}
