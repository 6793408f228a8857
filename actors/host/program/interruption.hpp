#pragma once

namespace hearth {

/// Notes SIGINT, SIGTERM, SIGHUP and SIGPIPE from now on instead of ending the process, so that the process can clean
/// up. A second signal, half a second later or more, ends the process at once; SIGPIPE does not, because every printed
/// line raises it once the reader is gone. A SIGHUP or SIGPIPE that is ignored (nohup) stays ignored. Call it once,
/// from the program's main thread.
void note_interruptions() noexcept;

/// The signal that arrived since `note_interruptions`, or 0. Threads: any.
[[nodiscard]] int interrupted_by() noexcept;

} // namespace hearth
