#pragma once

#include "actors/host/program/command_outcome.hpp"

namespace hearth {

/// Whether the command line begins with `bench`.
[[nodiscard]] bool asks_to_bench(int argc, const char* const* argv);

/// Replaces this process by the program `hearth-bench`, which holds the measuring code. Searches beside this program,
/// in the build folder of this program, and in $PATH. Returns only if the program is not found or cannot be run.
[[nodiscard]] command_outcome run_bench(char** argv);

} // namespace hearth
