#pragma once

#include "actors/host/program/command_outcome.hpp"
#include "actors/host/program/replay_arguments.hpp"

namespace hearth {

/// Runs `hearth replay`: opens a cache, replays, flushes, takes the snapshot, closes, and cleans up. Status: 0 success;
/// 1 wrong blocks, a ledger out of balance, or an error of the cache during the replay; 2 bad input, found before the
/// cache was opened or by opening it; 128 + signal if it was interrupted. The call blocks, and shows progress on stderr
/// if that is a terminal. Threads: the main thread.
[[nodiscard]] command_outcome run_replay(const replay_options& options);

} // namespace hearth
