#pragma once

#include "storage/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hearth {

/// Options of `hearth policies`.
struct policies_options {
  std::string help;                      ///< not empty: print this and end; the other options are not set
  std::string trace;                     ///< empty: the built-in workload
  std::vector<std::size_t> capacities;   ///< blocks; empty: shares of the blocks of the trace
  std::optional<std::uint64_t> requests; ///< most requests to replay
  std::uint64_t seed = 1;                ///< of the built-in workload
  bool json = false;
};

/// Whether the command line, `argv[0]` included, begins with the command `policies`.
[[nodiscard]] bool asks_for_policies(int argc, const char* const* argv) noexcept;

/// Reads the command line of the program, `argv[0]` included. Errors: invalid_argument, with one line that names the
/// argument, what was found and what was expected.
[[nodiscard]] storage::result<policies_options> parse_policies_arguments(int argc, const char* const* argv);

/// Adds the command to the program, for the help. Returns the command.
CLI::App* describe_policies(CLI::App& program);

} // namespace hearth
