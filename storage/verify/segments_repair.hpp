#pragma once

#include "storage/verify/segments_verify.hpp"

namespace hearth::storage {

/// Copies everything damaged that `verify_segments` found to `DIR/damaged`, and rewrites the indexes without it. The
/// next verification then finds no damage, and recovery presents the whole blocks. FORMAT.md says how each kind of
/// damage is repaired.
///
/// Order: all copies are durable before the first index is touched, and each index is replaced as by a sync. So after a
/// crash at any moment, each record is in its index or has its copy. Each finding of the report says what was done;
/// `repair_failure` of the report says what failed. Blocks.
void repair_segments(verify_run& run, const segments_checked& checked);

} // namespace hearth::storage
