#pragma once

#include "storage/errors.hpp"

#include <string>

namespace CLI {
class App;
}

namespace hearth {

/// Options of `hearth verify`.
struct verify_options {
  std::string help;      ///< not empty: print this and end; the other options are not set
  std::string directory; ///< of the cold tier
  bool repair = false;
  bool json = false;
};

/// Whether the command line, `argv[0]` included, begins with the command `verify`.
[[nodiscard]] bool asks_to_verify(int argc, const char* const* argv) noexcept;

/// Reads the command line of the program, `argv[0]` included: `verify`, its directory and its flags.
/// Errors: invalid_argument, with one line that names the argument, what was found and what was expected.
[[nodiscard]] storage::result<verify_options> parse_verify_arguments(int argc, const char* const* argv);

/// Adds the command to the program, for the help. Returns the command.
CLI::App* describe_verify(CLI::App& program);

} // namespace hearth
