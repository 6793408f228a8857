#pragma once

#include "storage/verify/verify_run.hpp"

namespace hearth::storage {

/// Verifies a store of the engine `files`: header and payload of every file that recovery would present as a block.
/// What it finds goes to the run's report, all files as one part. With `repair` the files of damaged blocks go to
/// `damaged` with the reason, and so do older files of their keys, which recovery would present in their place; what
/// goes wrong then is told in the report. Blocks. Errors: as `scan_blocks`.
[[nodiscard]] result<void> verify_files(verify_run& run, bool repair);

} // namespace hearth::storage
