#pragma once

#include "storage/eviction/eviction_policy.hpp"

namespace hearth::storage {

/// Eviction policy that learns from conversations. It learns at run time which conversations continue, and after how
/// many requests (`return_model`), and evicts the leaf with the lowest value. A block with a tracked child is a victim
/// only if there is no leaf. A block that is inserted without a request counts as requested at that moment; an inserted
/// chain counts as one request. The policy begins as LRU. The features that predict a return best are: the distance of
/// the block from the end of its request, how many blocks of the request were new, how many were known, and how often
/// the block was requested. Falls back to LRU while a simulated LRU of the same size does better (`lru_rival`).
///
/// Memory: 8 to 9 bytes per tracked block; 18 to 24 bytes per departed block that it remembers (four times as many as
/// are tracked, or 16,384); 32 bytes per cohort of either kind, about four per request; 850 KiB at the start.
///
/// Cost: O(1) amortised per requested, inserted, touched, erased or chosen block, whatever the number of blocks; about
/// 1 us per requested block in a full tier. `visit` sorts. If no block is a leaf, which needs blocks that are each
/// other's parents, choosing a victim looks at every block, as `visit` does.
[[nodiscard]] std::unique_ptr<eviction_policy> make_conversation_policy();

} // namespace hearth::storage
