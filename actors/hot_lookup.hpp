#pragma once

#include "actors/shared_state.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace hearth::actors {

/// Answers what is hot on the asker's thread, without a message, and leaves word of it: counters exactly, recency in
/// batches, of which hot_cache is told. What is not hot, or not all of it, is left to hot_cache: it counts as if nobody
/// had looked here. Sees a block as soon as its put is answered, and not after its erase is.
/// Threads: any.
class hot_lookup {
public:
  /// Keeps what it needs of `shared`, and not the store: that has to end with the actors.
  hot_lookup(const shared_state& shared, hot_cache_actor hot_cache);

  /// The payload of `key`; empty if it is not hot.
  [[nodiscard]] storage::buffer find(storage::namespace_id name_space, const storage::block_key& key) const;

  /// What hot_cache would answer to a get_prefix_request, if every block of the run is hot; nothing otherwise.
  [[nodiscard]] std::optional<messages::get_prefix_reply> find_prefix(storage::namespace_id name_space,
                                                                      std::span<const storage::block_key> keys,
                                                                      std::uint64_t bytes_max) const;

private:
  void note(storage::namespace_id name_space, std::span<const storage::block_key> chain) const;

  std::shared_ptr<const storage::hot_index> index_;
  std::shared_ptr<storage::read_notes> notes_;
  std::shared_ptr<const limits_now> limits_;
  hot_cache_actor hot_cache_;
};

} // namespace hearth::actors
