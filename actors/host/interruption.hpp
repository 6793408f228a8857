#pragma once

namespace hearth {

/// From here on SIGINT, SIGTERM and SIGHUP are noted instead of ending the process, so that it can clean up. The
/// first is noted; another one that comes half a second later or more ends the process at once. A SIGHUP that is
/// ignored (nohup) stays so. Call it once, from the program's main thread.
void note_interruptions() noexcept;

/// The signal that arrived since, or 0. Threads: any.
[[nodiscard]] int interrupted_by() noexcept;

} // namespace hearth
