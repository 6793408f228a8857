#pragma once

#include "actors/host/program/command_outcome.hpp"

namespace hearth {

/// Whether the command line begins with `bench`.
[[nodiscard]] bool asks_to_bench(int argc, const char* const* argv);

/// Becomes the program `hearth-bench`, which has what only measuring needs: beside this program, in the build folder
/// that this program is in, or by $PATH. Returns only if there is none, or it cannot be run.
[[nodiscard]] command_outcome run_bench(char** argv);

} // namespace hearth
