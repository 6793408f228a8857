#pragma once

#include <atomic>

namespace hearth::storage {

/// Whoever waits for an outcome sets it to true once he no longer does: what has not begun need not begin. Shared with
/// those who would do the work. Threads: any.
using recall = std::atomic<bool>;

} // namespace hearth::storage
