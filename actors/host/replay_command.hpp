#pragma once

#include "actors/host/replay_arguments.hpp"

#include <string>

namespace hearth {

/// How a command ended: what it has to say, and the exit status of the program.
struct command_outcome {
  int status = 0;
  std::string output; ///< for stdout
  std::string error;  ///< for stderr, one line without its newline; empty: nothing to say
};

/// Runs `hearth replay`: opens a cache, replays, flushes, takes the snapshot, closes, and has cleaned up when it
/// returns. Status: 0 all well; 1 wrong blocks, a ledger out of balance, or the cache failed on the way; 2 bad input,
/// found before the cache was opened (or by opening it); 128 + signal if it was interrupted. Blocks; shows progress on
/// stderr if that is a terminal. Threads: the main thread.
[[nodiscard]] command_outcome run_replay(const replay_options& options);

} // namespace hearth
