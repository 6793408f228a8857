#pragma once

#include "storage/eviction/eviction_policy.hpp"

namespace hearth::storage {

/// S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP '23): newcomers pass through a small
/// queue, a tenth of all; those touched twice in it go on to the main queue, the others leave and are remembered for as
/// many departures as there are blocks: who comes back meanwhile enters the main queue at once. In the main queue a
/// touched block gets another round. O(1) amortised.
[[nodiscard]] std::unique_ptr<eviction_policy> make_s3_fifo_policy();

} // namespace hearth::storage
