#pragma once

namespace hearth {

/// Records SIGINT, SIGTERM, SIGHUP and SIGPIPE from now on: the first of these signals does not end the process, so
/// that the process can clean up. A later signal ends the process at once if it comes more than half a second after the
/// first. SIGPIPE never ends the process: when the reader is gone, every printed line raises one. A SIGHUP or SIGPIPE
/// that is ignored at the call (nohup) stays ignored. Call this once, from the program's main thread.
void note_interruptions() noexcept;

/// The first signal since `note_interruptions`, or 0. Threads: any.
[[nodiscard]] int interrupted_by() noexcept;

} // namespace hearth
