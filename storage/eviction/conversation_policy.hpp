#pragma once

#include "storage/eviction/eviction_policy.hpp"

namespace hearth::storage {

/// Learns while it runs which conversations come back, and when (`return_model`), and gives up the leaf that is worth
/// least: a block with a tracked child is no victim while there is another. What is put without being asked for counts
/// as asked for then, a chain as one request. Begins as LRU does. What tells most: how far a block is from the end of
/// its request, how many blocks of the request were new, how many were known, how often the block was asked for.
/// Watches how LRU would have done in its place, and does as LRU would while that was better (`lru_rival`).
///
/// Memory: 8 to 9 bytes a tracked block, 18 to 24 for each of the departed ones it remembers - four times as many as
/// are tracked, or 16,384 - and 32 for each cohort of either, of which a request has about four; 850 KiB for a start.
///
/// Cost: O(1) amortised for each block that is asked for, inserted, touched, erased or chosen, whatever the number of
/// blocks; about 1 us a block asked for in a tier that is full. `visit` sorts. Where no block is a leaf, which takes
/// blocks that are each other's parents, a victim costs a look at all of them, as `visit` does.
[[nodiscard]] std::unique_ptr<eviction_policy> make_conversation_policy();

} // namespace hearth::storage
