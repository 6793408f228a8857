#pragma once

#include "storage/blocks/namespace_table.hpp"
#include "storage/segments/present_blocks.hpp"
#include "storage/segments/segment_files.hpp"
#include "storage/segments/segments_store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace hearth::storage {

/// State of the rest of the store at the moment when a checkpoint may start.
struct checkpoint_moment {
  std::uint64_t oldest_unwritten = 0; ///< lowest order of an append that is placed but not written
  std::optional<std::uint32_t> busy;  ///< segment whose files are being created, recycled or removed
  std::uint64_t written_bytes = 0;    ///< handed to the disk since open
  std::uint64_t bytes_max = 0;        ///< of the store
};

/// Checkpoint decisions: when data is made durable, and which indexes are then written; tracks which blocks are
/// durable. One checkpoint runs at a time. A sync waits for a checkpoint that begins when all appends placed before the
/// sync have been written. A checkpoint is due when a sync can start, when a segment is full and written, when
/// `sync_bytes` were written, or when `ask_soon` was called. A checkpoint covers every segment with dirty data or a
/// dirty index, except the busy one. With a sync, or after a quarter of `bytes_max` was written, the checkpoint also
/// saves the order of use. Invariants: an index lists only records that were written before its checkpoint began; a
/// block counts as synced once, after a successful checkpoint that began after the block's write had ended. Threads:
/// one at a time. Errors: none. No I/O: this class decides, and the core runs each checkpoint through `segment_files`.
class segment_checkpoints {
public:
  using listener = std::function<void(result<void>)>;

  /// All arguments must outlive this. `store`: the number of the store.
  segment_checkpoints(const segments_store_config& config, std::uint64_t store, segment_table& segments,
                      present_blocks& present)
      : config_(config), store_(store), segments_(segments), present_(present) {}

  /// Requests a sync: `done` waits for a checkpoint that covers every erase so far, and every append with an order
  /// below `order_end`.
  void ask(listener done, std::uint64_t order_end) { syncs_.push_back({std::move(done), order_end}); }

  /// Makes the next checkpoint due now, without a callback, if a segment is dirty or the store has a `free_bytes_min`.
  void ask_soon() noexcept { soon_ = true; }

  /// Counts bytes written to segments.
  void written(std::uint64_t bytes) noexcept { unsynced_bytes_ += bytes; }

  /// Counts a persisted block of the namespace.
  void persisted(namespace_id name_space, std::uint64_t payload_bytes) {
    unsynced_[name_space] += cold_amount{1, payload_bytes};
  }

  /// The checkpoint that is due now, or null. It is in flight until `ended`.
  [[nodiscard]] std::shared_ptr<checkpoint_job> start(const checkpoint_moment& now);

  /// The checkpoint has ended with `job.outcome`. On success its blocks count as synced. After a failure its segments
  /// are dirty again, and its blocks stay unsynced: the next checkpoint covers both. The caller answers `job.waiting`.
  void ended(checkpoint_job& job);

  [[nodiscard]] bool in_flight() const noexcept { return in_flight_; }

  /// Removes and returns the syncs for which no checkpoint has begun. The caller answers them.
  [[nodiscard]] std::vector<listener> take_waiting();

private:
  struct waiting_sync {
    listener done;
    std::uint64_t order_end = 0;
  };

  [[nodiscard]] bool may_start(const waiting_sync& sync, const checkpoint_moment& now) const;
  [[nodiscard]] bool due(const checkpoint_moment& now) const;
  [[nodiscard]] segment_index index_of(const segment& of) const;

  const segments_store_config& config_;
  const std::uint64_t store_;
  segment_table& segments_;
  present_blocks& present_;
  std::vector<waiting_sync> syncs_;
  bool in_flight_ = false;
  bool soon_ = false;
  std::uint64_t unsynced_bytes_ = 0;             ///< written since the last checkpoint began
  std::uint64_t recency_at_ = 0;                 ///< value of `written_bytes` when the order of use was last saved
  std::map<namespace_id, cold_amount> unsynced_; ///< persisted since the last checkpoint began
};

} // namespace hearth::storage
