#pragma once

#include "storage/eviction/eviction_policy.hpp"

namespace hearth::storage {

/// W-TinyLFU (Einziger, Friedman, Manes, "TinyLFU: a highly efficient cache admission policy", ACM ToS 2017; as in
/// Caffeine). New blocks enter a window, one in a hundred blocks, with LRU order. A block that falls out of the window
/// is compared with the least recently used block of the main part; the block with the lower recent frequency
/// (`frequency_sketch`) is evicted. In the main part, touched blocks are protected, up to four fifths of it. O(1)
/// amortised. `blocks` is the expected number of tracked blocks. When the tier has more blocks, the expected number is
/// doubled and all counts are discarded. Pre: positive.
[[nodiscard]] std::unique_ptr<eviction_policy> make_w_tinylfu_policy(std::size_t blocks);

} // namespace hearth::storage
