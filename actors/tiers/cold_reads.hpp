#pragma once

#include "storage/blocks/block.hpp"
#include "storage/blocks/cancellation.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace hearth::actors {

/// Who waits for a block: place `index` of the answer to request `waiter`.
struct read_waiter {
  std::uint64_t waiter = 0;
  std::size_t index = 0;
};

/// A block to be read.
struct cold_read {
  storage::block_key key;
  storage::namespace_id name_space = 0;
};

/// A cold read that has ended.
struct finished_read {
  cold_read read;
  std::vector<read_waiter> waiters;
  bool wanted = true; ///< false: erased meanwhile; those who waited may have it, no tier may
};

/// Cold reads in flight, so that concurrent gets of one block share one read. Reads leave in batches, one message each.
/// Invariant: at most one wanted read of a key is in flight. Threads: one owner.
class cold_reads {
public:
  /// Waits for a read of `key` that is in flight. False: there is none.
  [[nodiscard]] bool join(const storage::block_key& key, const read_waiter& who);

  /// Begins a batch and returns its number.
  std::uint64_t begin();

  /// What cancels a batch: for the request that asks for its blocks. Pre: it has begun.
  [[nodiscard]] std::shared_ptr<const storage::cancellation> cancellation_of(std::uint64_t batch) const;

  /// Adds a read to a batch; `who` waits for it. Pre: it could not be joined.
  void add(std::uint64_t batch, const cold_read& read, const read_waiter& who);

  /// Request `waiter` has been answered without waiting any longer. A batch that nobody waits for is cancelled: what of
  /// it has not begun is not read, and nobody may join it.
  void leave(std::uint64_t waiter);

  /// Another block has this key now: nobody may join the read of the earlier one any more, and no tier may take it.
  void forget(const storage::block_key& key);

  /// Takes a batch out, reads in the order of its keys; what of it has not begun is not read. Empty if the number is
  /// unknown.
  [[nodiscard]] std::vector<finished_read> finish(std::uint64_t batch);

  /// Batches in flight: the reader has not answered them.
  [[nodiscard]] std::vector<std::uint64_t> batches() const;

private:
  struct batch {
    std::vector<finished_read> reads;
    std::shared_ptr<storage::cancellation> cancelled;
  };
  struct spot {
    std::uint64_t batch = 0;
    std::size_t index = 0;
  };

  std::uint64_t last_batch_ = 0;
  std::map<std::uint64_t, batch> batches_;
  std::unordered_map<storage::block_key, spot, storage::block_key_hash> wanted_;
};

} // namespace hearth::actors
