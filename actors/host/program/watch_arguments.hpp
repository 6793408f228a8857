#pragma once

#include "storage/errors.hpp"

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace hearth {

/// Options of `hearth stats` and `hearth top`, which read a running cache through its admin server.
struct watch_options {
  std::string help; ///< not empty: print this and end; the other options are not set
  std::string url;
  std::string token_file, ca_file;
  std::string name_space = "*"; ///< of `stats`
  bool json = false;            ///< of `stats`
  std::uint32_t interval_s = 1; ///< of `top`, 1..3600
  std::uint32_t screens = 0;    ///< of `top`: end after so many; 0: never
};

/// Whether the command line, `argv[0]` included, begins with the command `stats` or `top`.
[[nodiscard]] bool asks_for_stats(int argc, const char* const* argv) noexcept;
[[nodiscard]] bool asks_for_top(int argc, const char* const* argv) noexcept;

/// Reads the command line of the program, `argv[0]` included: `stats` or `top`, the URL and the flags.
/// Errors: invalid_argument, with one line that names the argument, what was found and what was expected.
[[nodiscard]] storage::result<watch_options> parse_watch_arguments(int argc, const char* const* argv);

/// Adds both commands to the program, for the help.
void describe_watch(CLI::App& program);

} // namespace hearth
