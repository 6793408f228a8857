#pragma once

#include <atomic>

namespace hearth::storage {

/// Cancellation flag, shared by the requester and those who do the work. The requester sets it to true when it stops
/// waiting for the outcome; work that has not started is then skipped. Threads: any.
using cancellation = std::atomic<bool>;

} // namespace hearth::storage
