#pragma once

#include <string>

namespace hearth {

/// Exit status of a command whose arguments or input cannot be used.
inline constexpr int bad_input = 2;

/// Outcome of a command: its output and the exit status of the program.
struct command_outcome {
  int status = 0;
  std::string output; ///< for stdout
  std::string error;  ///< for stderr, one line without its newline; may be empty
};

} // namespace hearth
