#pragma once

#include "storage/blocks/block.hpp"
#include "storage/blocks/cancellation.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace hearth::actors {

/// Waiter for a block: position `index` in the answer to request `waiter`.
struct read_waiter {
  std::uint64_t waiter = 0;
  std::size_t index = 0;
};

/// Block to be read.
struct cold_read {
  storage::block_key key;
  storage::namespace_id name_space = 0;
};

/// Cold read that has ended.
struct finished_read {
  cold_read read;
  std::vector<read_waiter> waiters;
  bool wanted = true; ///< false: the block was erased or replaced meanwhile. The waiters may take it; no tier may
};

/// Cold reads in flight. Concurrent gets of one block share one read. Reads are sent in batches, one message per batch.
/// Invariant: at most one wanted read per key is in flight. Threads: one owner.
class cold_reads {
public:
  /// Adds a waiter to the read of `key` in flight. False: there is no such read.
  [[nodiscard]] bool join(const storage::block_key& key, const read_waiter& who);

  /// Begins a batch and returns its number.
  std::uint64_t begin();

  /// Cancellation flag of a batch, to be sent with its read request. Pre: the batch has begun.
  [[nodiscard]] std::shared_ptr<const storage::cancellation> cancellation_of(std::uint64_t batch) const;

  /// Adds a read to a batch; `who` waits for it. Pre: `join` returned false.
  void add(std::uint64_t batch, const cold_read& read, const read_waiter& who);

  /// Request `waiter` was answered and stops waiting. A batch without waiters is cancelled: reads that have not started
  /// are skipped, and no request may join the batch.
  void leave(std::uint64_t waiter);

  /// The key now belongs to another block: no request may join the earlier read any more, and no tier may take its
  /// block.
  void forget(const storage::block_key& key);

  /// Removes a batch and returns its reads in the order of its keys. Reads that have not started are skipped. Empty if
  /// the number is unknown.
  [[nodiscard]] std::vector<finished_read> finish(std::uint64_t batch);

  /// Batches in flight: not yet answered by the reader.
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
