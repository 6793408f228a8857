#pragma once

#include <string>

namespace hearth {

/// Outcome of a command: its output and the exit status of the program.
struct command_outcome {
  int status = 0;
  std::string output; ///< for stdout
  std::string error;  ///< for stderr, one line without its newline; may be empty
};

} // namespace hearth
