#pragma once

#include "actors/host/program/command_outcome.hpp"
#include "actors/host/program/policies_arguments.hpp"

namespace hearth {

/// Runs `hearth policies`: simulates every policy and the clairvoyant policy, each at every capacity, on a trace or on
/// the generated chat. Status: 0, or 2 if the trace cannot be read. Threads: the main thread.
[[nodiscard]] command_outcome run_policies(const policies_options& options);

} // namespace hearth
