#pragma once

#include "storage/eviction/eviction_policy.hpp"

namespace hearth::storage {

/// Eviction policy that learns from conversations. At run time it learns which conversations continue, and after how
/// many requests (`return_model`). The victim is the leaf with the lowest value. A block with a tracked child is a
/// victim only if there is no leaf. A block that is inserted without a request counts as requested at that moment; an
/// inserted chain counts as one request. The policy begins as LRU. Four features of a block predict best whether it is
/// requested again: its distance from the end of its request, how many blocks of the request were new, how many were
/// known, and how often the block was requested. The policy falls back to LRU while a simulated LRU of the same size
/// does better (`lru_rival`).
///
/// Memory: 8 to 9 bytes per tracked block; 18 to 24 bytes per remembered departed block; 32 bytes per cohort, about
/// four cohorts per request; 850 KiB at the start. The policy remembers up to four departed blocks per tracked block,
/// or 16,384 if that is more.
///
/// Cost: O(1) amortised per requested, inserted, touched, erased or chosen block, whatever the number of blocks; about
/// 1 us per requested block in a full tier. `visit` sorts. There is no leaf only if the parents of blocks form a cycle;
/// choosing a victim then costs as much as `visit`.
[[nodiscard]] std::unique_ptr<eviction_policy> make_conversation_policy();

} // namespace hearth::storage
