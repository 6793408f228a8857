#pragma once

#include "actors/host/program/command_outcome.hpp"
#include "actors/host/program/policies_arguments.hpp"

namespace hearth {

/// Runs `hearth policies`: every policy and the clairvoyant one over a trace, at every capacity. Status: 0, or 2 if
/// there is no such trace. Threads: the main thread.
[[nodiscard]] command_outcome run_policies(const policies_options& options);

} // namespace hearth
