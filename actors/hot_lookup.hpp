#pragma once

#include "actors/shared_state.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace hearth::actors {

/// Hot lookup: answers a get on the requester's thread, without a message, if all its blocks are hot. The lookup counts
/// each block exactly, and passes recency to hot_cache in batches (`read_notes`). If a block is not hot, the lookup
/// counts nothing, and the caller must ask hot_cache. The lookup finds a block from the moment when its put is answered
/// until its erase is answered. Threads: any.
class hot_lookup {
public:
  /// Keeps some members of `shared`, but not the store, which must end with the actors.
  hot_lookup(const shared_state& shared, hot_cache_actor hot_cache);

  /// The payload of `key`; empty if the block is not hot.
  [[nodiscard]] storage::buffer find(storage::namespace_id name_space, const storage::block_key& key) const;

  /// The reply that hot_cache would give to a get_prefix_request, if every block of the reply and the last block of
  /// `keys` are hot; otherwise not set.
  [[nodiscard]] std::optional<messages::get_prefix_reply> find_prefix(storage::namespace_id name_space,
                                                                      std::span<const storage::block_key> keys,
                                                                      std::uint64_t bytes_max) const;

private:
  void note(storage::namespace_id name_space, std::span<const storage::block_key> chain) const;

  std::shared_ptr<const storage::hot_index> index_;
  std::shared_ptr<storage::read_notes> notes_;
  std::shared_ptr<const limits_now> limits_;
  std::shared_ptr<stats::latencies> latencies_;
  storage::clock_ns clock_;
  hot_cache_actor hot_cache_;
};

} // namespace hearth::actors
