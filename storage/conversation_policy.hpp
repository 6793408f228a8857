#pragma once

#include "storage/eviction_policy.hpp"

namespace hearth::storage {

/// Learns while it runs which conversations come back, and when (`return_model`), and gives up the leaf that is worth
/// least: a block with a tracked child is no victim while there is another. Begins as LRU does. Remembers four times as
/// many departed blocks as are tracked, or 16,384. What tells most: how far a block is from the end of its request, how
/// many blocks of the request were new, how many were known, how often the block was asked for.
/// Watches how LRU would have done in its place, and does as LRU would while that was better (`lru_rival`).
/// Cost: a victim is looked for among the kinds of blocks that are leaves, a few hundred, whatever the number of
/// blocks.
[[nodiscard]] std::unique_ptr<eviction_policy> make_conversation_policy();

} // namespace hearth::storage
