#pragma once

#include "storage/verify/segments_verify.hpp"

namespace hearth::storage {

/// Copies the damaged parts that `verify_segments` found to `DIR/damaged`, and rewrites the indexes without them. The
/// next verification then finds no damage, and recovery presents the undamaged blocks. FORMAT.md lists the repair for
/// each kind of damage.
///
/// Order: all copies are durable before the first index changes, and each index is replaced in the same way as by a
/// sync. So after a crash at any moment, each record is in its index or has its copy. `repair` of each finding names
/// the repair; `repair_failure` of the report contains the error, if there is one. The call blocks.
void repair_segments(verify_run& run, const segments_checked& checked);

} // namespace hearth::storage
