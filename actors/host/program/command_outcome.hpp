#pragma once

#include <string>

namespace hearth {

/// How a command ended: what it has to say, and the exit status of the program.
struct command_outcome {
  int status = 0;
  std::string output; ///< for stdout
  std::string error;  ///< for stderr, one line without its newline; empty: nothing to say
};

} // namespace hearth
