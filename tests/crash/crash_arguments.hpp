#pragma once

#include "storage/errors.hpp"
#include "tests/crash/crash_child.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hearth::crash {

/// What the program was asked to do.
struct crash_options {
  std::string help;    ///< not empty: print this and end
  std::string program; ///< path of this program: children are started from it
  std::uint64_t rounds = 100;
  std::uint64_t first_round = 1;
  std::uint64_t seed = 1;
  std::string directory; ///< where the cache's directory is made; empty: a temporary one
  std::string shim;                 ///< not empty: preloaded into the writing children
  std::optional<child_order> child; ///< this process is a child
};

/// Errors: invalid_argument, with a text for people.
[[nodiscard]] storage::result<crash_options> parse_arguments(int argc, const char* const* argv);

/// The arguments for a child of this program, but for the last: the descriptor of its pipe.
[[nodiscard]] std::vector<std::string> child_arguments(const crash_options& options, const std::string& directory,
                                                       std::uint64_t directory_round, std::uint64_t round, bool checks,
                                                       std::uint64_t first_version);

/// How a person runs rounds `first` to `last` again.
[[nodiscard]] std::string command_line(const crash_options& options, std::uint64_t first, std::uint64_t last);

} // namespace hearth::crash
