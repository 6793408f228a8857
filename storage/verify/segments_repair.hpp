#pragma once

#include "storage/verify/segments_verify.hpp"

namespace hearth::storage {

/// Puts aside what `verify_segments` has found damaged and rewrites the indexes without it, so that the next
/// verification finds nothing damaged, and recovery presents what was whole. FORMAT.md has what becomes of what.
///
/// Order: all copies are made and durable before the first index is touched, and each index replaces the old one as
/// every index does. So a crash at any moment leaves either a record in its index or its copy beside it.
/// What was done is told in each finding of the report, what went wrong in its `repair_failure`. Blocks.
void repair_segments(verify_run& run, const segments_checked& checked);

} // namespace hearth::storage
