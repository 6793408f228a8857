#pragma once

#include "storage/eviction/eviction_policy.hpp"

namespace hearth::storage {

/// W-TinyLFU (Einziger, Friedman, Manes, "TinyLFU: a highly efficient cache admission policy", ACM ToS 2017; as in
/// Caffeine): newcomers enter a window, one in a hundred blocks, least recently used first out. Who falls out of it and
/// the least recent of the main part are compared by how often they were seen of late (`frequency_sketch`), and the
/// rarer leaves. In the main part, what is touched is protected: up to four fifths of it. O(1) amortised.
/// `blocks` is how many will be tracked, about; beyond it, what was counted is forgotten and twice as many expected.
/// Pre: positive.
[[nodiscard]] std::unique_ptr<eviction_policy> make_w_tinylfu_policy(std::size_t blocks);

} // namespace hearth::storage
