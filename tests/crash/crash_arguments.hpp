#pragma once

#include "storage/errors.hpp"
#include "tests/crash/crash_child.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hearth::crash {

/// Command line, parsed.
struct crash_options {
  std::string help;    ///< if not empty: print this text and exit
  std::string program; ///< path of this program; child processes are started from it
  std::uint64_t rounds = 100;
  std::uint64_t first_round = 1;
  std::uint64_t seed = 1;
  std::string directory;            ///< parent of the cache's directory; empty: a temporary one
  std::string shim;                 ///< if not empty: library preloaded into the writing children
  std::optional<child_order> child; ///< set if this process is a child
};

/// Errors: invalid_argument, with a text for people.
[[nodiscard]] storage::result<crash_options> parse_arguments(int argc, const char* const* argv);

/// Arguments for a child process, without the last one: the descriptor of its pipe.
[[nodiscard]] std::vector<std::string> child_arguments(const crash_options& options, const std::string& directory,
                                                       std::uint64_t directory_round, std::uint64_t round, bool checks,
                                                       std::uint64_t first_version);

/// Command line that repeats rounds `first` to `last`.
[[nodiscard]] std::string command_line(const crash_options& options, std::uint64_t first, std::uint64_t last);

} // namespace hearth::crash
