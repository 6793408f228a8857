#pragma once

#include "actors/host/program/command_outcome.hpp"
#include "actors/host/program/serve_arguments.hpp"

namespace hearth {

/// Runs `hearth serve`: a cache under an endless workload, with its admin server, until a signal ends it. Prints the
/// address of the dashboard to standard output at once. Status: 0 after a signal, `bad_input`, or 1 if the cache fails.
[[nodiscard]] command_outcome run_serve(const serve_options& options);

} // namespace hearth
