#pragma once

#include "actors/host/cache.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace hearth {

namespace testing {
class actor_world;
}

// The three hottest paths, one function each, so that an instruction counter finds them by name. They are in a file of
// their own: a compiler that sees caller and function together may clone the function under another name. Each returns
// the number of blocks found or stored.
extern "C" {

/// Gets hot blocks one by one, without a message.
std::size_t counted_get(cache& kept, const std::vector<block_key>& keys);

/// Gets a chain of hot blocks that ends in a missing block: one message to hot_cache and its reply.
std::size_t counted_prefix(testing::actor_world& world, cache& kept, std::vector<block_key> keys);

/// Puts blocks one by one into a full hot tier: each put is one message with its reply, and evicts one block.
std::size_t counted_put(testing::actor_world& world, cache& kept, std::span<const block_key> keys,
                        std::vector<buffer> payloads);

} // extern "C"

} // namespace hearth
