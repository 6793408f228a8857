#pragma once

namespace hearth {

/// From here on SIGINT, SIGTERM and SIGHUP are noted instead of ending the process, so that it can clean up. Each does
/// so once: a second one ends the process at once. Call it once, from the program's main thread; a signal that is
/// ignored (nohup) stays so.
void note_interruptions() noexcept;

/// The signal that arrived since, or 0. Threads: any.
[[nodiscard]] int interrupted_by() noexcept;

} // namespace hearth
