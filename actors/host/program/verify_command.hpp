#pragma once

#include "actors/host/program/command_outcome.hpp"
#include "actors/host/program/verify_arguments.hpp"

namespace hearth {

/// Runs `hearth verify`: reads and checks a cold tier, and repairs it on request. Status: 0 no damage; 1 damage was
/// found, repaired or not; 2 the directory cannot be verified (in use, missing, not a store, of a later version, or a
/// read that recovery needs fails); 128 + signal if a signal interrupted the run. The call blocks; it shows progress on
/// stderr if stderr is a terminal. Threads: the main thread.
[[nodiscard]] command_outcome run_verify(const verify_options& options);

} // namespace hearth
