#pragma once

namespace hearth {

/// From here on SIGINT, SIGTERM, SIGHUP and SIGPIPE are noted instead of ending the process, so that it can clean up.
/// The first is noted; another one that comes half a second later or more ends the process at once, but for SIGPIPE,
/// which every line brings once nobody reads them. A SIGHUP or SIGPIPE that is ignored (nohup) stays so. Call it once,
/// from the program's main thread.
void note_interruptions() noexcept;

/// The signal that arrived since, or 0. Threads: any.
[[nodiscard]] int interrupted_by() noexcept;

} // namespace hearth
