#pragma once

#include "storage/eviction/eviction_policy.hpp"

namespace hearth::storage {

/// S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP '23). New blocks enter a small queue,
/// a tenth of all blocks. Blocks touched twice there move to the main queue; the others leave, and their keys are
/// remembered for as many departures as there are blocks. A block that returns in that time enters the main queue at
/// once. In the main queue a touched block gets another round. O(1) amortised.
[[nodiscard]] std::unique_ptr<eviction_policy> make_s3_fifo_policy();

} // namespace hearth::storage
