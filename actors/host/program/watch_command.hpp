#pragma once

#include "actors/host/program/command_outcome.hpp"
#include "actors/host/program/watch_arguments.hpp"

namespace hearth {

/// Runs `hearth stats`: the snapshot of a running cache as a table or as JSON.
[[nodiscard]] command_outcome run_stats(const watch_options& options);

/// Runs `hearth top`: a screen every `interval_s`, until the key q, a signal, or the last of `screens`. If standard
/// output is no terminal, the screens follow each other as plain text. While the server does not answer, the screen
/// says so; only a first request that fails ends the command.
[[nodiscard]] command_outcome run_top(const watch_options& options);

} // namespace hearth
