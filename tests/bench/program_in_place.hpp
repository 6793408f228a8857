#pragma once

#include "actors/host/program/interruption.hpp"
#include "actors/host/program/number_options.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace hearth::bench {

/// The main function of a program that works in a directory for a while: PROGRAM [DIRECTORY] [SECONDS]. `run` gets
/// both; signals are noted from there on, for it to end and clean up. Returns the exit code.
template <class Run>
int program_in_place(int argc, const char* const* argv, const std::string& about, double seconds, const Run& run) {
  std::string directory = ".";
  CLI::App program{about};
  program.add_option("directory", directory, "where a fresh folder is made, used and removed")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  program.add_option("seconds", seconds, "to measure for")
      ->type_name("SECONDS")
      ->transform(seconds_between(0.1, 86'400))
      ->capture_default_str();
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& ended) {
    return program.exit(ended);
  }
  note_interruptions();
  run(directory, seconds);
  return interrupted_by() != 0 ? 128 + interrupted_by() : 0;
}

} // namespace hearth::bench
