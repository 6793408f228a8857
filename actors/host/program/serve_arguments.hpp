#pragma once

#include "actors/host/program/replay_arguments.hpp"

#include <cstdint>
#include <string>

namespace hearth {

/// Options of `hearth serve`.
struct serve_options {
  std::string help;                       ///< not empty: print this and end; the other options are not set
  replay_options workload;                ///< the cache and its workload; `requests`: none is no end; no `json`
  std::uint32_t requests_per_second = 20; ///< 1..1e6
  std::string address = "127.0.0.1";      ///< of the admin server, in digits
  std::uint16_t port = 9177;              ///< 0: a free port
  std::string socket_path;                ///< instead of address and port
  std::string token_file, certificate_file, key_file;
  bool token_for_reading = false;
};

/// Whether the command line, `argv[0]` included, begins with the command `serve`.
[[nodiscard]] bool asks_to_serve(int argc, const char* const* argv) noexcept;

/// Reads the command line of the program, `argv[0]` included: `serve` and its flags.
/// Errors: invalid_argument, with one line that names the flag, what was found and what was expected.
[[nodiscard]] storage::result<serve_options> parse_serve_arguments(int argc, const char* const* argv);

/// Adds the command to the program, for the help. Returns the command.
CLI::App* describe_serve(CLI::App& program);

} // namespace hearth
