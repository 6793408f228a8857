#pragma once

#include "actors/host/cache.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace hearth {

namespace testing {
class actor_world;
}

// The three hottest paths, each alone in a function whose name a counter finds: apart from their caller, for a compiler
// that sees both may clone them under other names. Each returns how many blocks were found or stored.
extern "C" {

/// Gets of hot blocks, one by one, without a message.
std::size_t counted_get(cache& kept, const std::vector<block_key>& keys);

/// A chain of hot blocks and one that is not there: a message to hot_cache and its answer.
std::size_t counted_prefix(testing::actor_world& world, cache& kept, std::vector<block_key> keys);

/// Puts, one by one, into a full hot tier: a message and its answer each, and a block leaves for each.
std::size_t counted_put(testing::actor_world& world, cache& kept, std::span<const block_key> keys,
                        std::vector<buffer> payloads);

} // extern "C"

} // namespace hearth
