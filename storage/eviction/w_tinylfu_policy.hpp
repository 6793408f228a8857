#pragma once

#include "storage/eviction/eviction_policy.hpp"

namespace hearth::storage {

/// W-TinyLFU (Einziger, Friedman, Manes, "TinyLFU: a highly efficient cache admission policy", ACM ToS 2017; as in
/// Caffeine). New blocks enter a window, one in a hundred blocks, with LRU order. When a block falls out of the window,
/// it is compared with the least recent block of the main part by recent frequency (`frequency_sketch`), and the less
/// frequent one is evicted. In the main part, touched blocks are protected, up to four fifths of it. O(1) amortised.
/// `blocks` is the approximate number of tracked blocks; beyond it, the counts are discarded and twice as many are
/// expected. Pre: positive.
[[nodiscard]] std::unique_ptr<eviction_policy> make_w_tinylfu_policy(std::size_t blocks);

} // namespace hearth::storage
