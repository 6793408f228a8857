#pragma once

#include "storage/eviction/eviction_policy.hpp"

namespace hearth::storage {

/// S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP '23). New blocks enter a small queue,
/// a tenth of all blocks. A block that is touched twice there moves to the main queue. The other blocks leave the
/// tier; the keys of the last ones are remembered, as many as there are tracked blocks. A remembered block that returns
/// enters the main queue at once. In the main queue a touched block gets another round. O(1) amortised.
[[nodiscard]] std::unique_ptr<eviction_policy> make_s3_fifo_policy();

} // namespace hearth::storage
