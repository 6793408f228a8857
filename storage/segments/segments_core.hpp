#pragma once

#include "storage/cold/deferred_work.hpp"
#include "storage/segments/append_queue.hpp"
#include "storage/segments/present_blocks.hpp"
#include "storage/segments/reclaim_policy.hpp"
#include "storage/segments/record_read.hpp"
#include "storage/segments/segment_budget.hpp"
#include "storage/segments/segment_index.hpp"
#include "storage/segments/segment_placement.hpp"
#include "storage/segments/segment_record.hpp"
#include "storage/segments/segment_table.hpp"
#include "storage/segments/segments_recovery.hpp"
#include "storage/segments/segments_store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace hearth::storage {

/// The segments store itself, shared by the store that the host holds and by every job in flight: a store that is
/// destroyed while the disk hangs leaves behind what its jobs need, and the directory's lock, until the last has ended.
///
/// One mutex guards the state. What follows from a change (jobs to build and submit, callers to answer) is gathered
/// while it is held and done after it has been released (`update`), so it is held across neither I/O nor callbacks, nor
/// while headers are encoded or buffers allocated.
///
/// Appends are placed one behind the other in the open segment (`place`), gathered into large writes (`start_writes`)
/// and readable when their write has ended. A segment that is full gets its index, and the next one has been made ready
/// meanwhile: a new file as long as the budget allows, then the victim of the reclaim policy (`reclaim`).
///
/// Checkpoints make data durable, then write the indexes of the segments that changed: one job at a time, which every
/// sync waits for. An index never lists a record whose bytes are not durable.
class segments_core : public std::enable_shared_from_this<segments_core> {
public:
  /// `config.io` stays with whoever holds the store. `found` comes from `scan_segments`.
  segments_core(segments_store_config config, std::unique_ptr<directory_lock> lock,
                std::shared_ptr<held_directory> place, std::uint64_t store);

  /// Takes over what recovery found and reclaims down to the budget. Before the first call of the store; its I/O runs
  /// here. Errors: io (files could not be removed, and the budget is exceeded).
  [[nodiscard]] result<void> adopt(segments_found& found);

  void append(std::vector<append_item> batch);
  void read(std::vector<read_item> batch);
  [[nodiscard]] std::optional<cold_entry> find(const block_key& key) const;
  [[nodiscard]] cold_lookup look_up(const block_key& key, std::uint64_t payload_bytes) const;
  void touch(const block_key& key);
  void on_reclaimed(std::function<void(std::vector<block_key>)> listener);
  bool erase(const block_key& key);
  std::size_t clear(std::optional<namespace_id> name_space);
  void erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays);
  std::vector<abandoned_block> abandon();
  void sync(std::function<void(result<void>)> done);
  void sync_soon();
  [[nodiscard]] result<void> limit(std::uint64_t bytes_max);
  [[nodiscard]] cold_activity activity() const;
  [[nodiscard]] cold_ledger ledger(std::optional<namespace_id> name_space) const;
  [[nodiscard]] std::uint64_t bytes_in_use() const;
  [[nodiscard]] std::uint64_t bytes_max() const;
  [[nodiscard]] std::vector<block_key> keys() const;

  /// The store is gone: answers what waits with `closed`. Jobs in flight still end.
  void close();

private:
  [[nodiscard]] std::optional<cold_entry> entry_of(const block_key& key) const;

  struct checkpoint_job;
  struct segment_job;
  enum class segment_work : std::uint8_t { make, recycle, remove };

  /// A sync that waits for the writes that were in flight when it was asked for.
  struct waiting_sync {
    std::function<void(result<void>)> done;
    std::uint64_t order_end = 0; ///< the order of the first of them that it does not wait for
  };

  /// A segment that is being made ready for records.
  struct preparation {
    segment_shape shape;
    std::optional<std::uint32_t> victim; ///< to be recycled, or removed
    bool chosen = false;                 ///< what to keep of the victim has been decided
    std::vector<indexed_block> keep;     ///< of the victim's blocks, to be copied; the most useful last
    std::uint64_t keep_bytes = 0;        ///< what is left of the budget for that
    std::uint32_t copies = 0;            ///< under way
    std::set<std::uint32_t> copied_to;   ///< slots of the segments that they were written to
    bool at_work = false;                ///< the job is in flight
  };

  struct deferred : deferred_work {
    std::vector<std::shared_ptr<record_write>> writes; ///< to build and submit
    std::vector<std::shared_ptr<record_read>> reads;   ///< to build and submit
  };

  /// Changes the state, goes on with whatever that made possible, and then, without the mutex, does what follows.
  template <class Change>
  void update(Change change) {
    deferred later;
    {
      std::lock_guard guard{mutex_};
      change(later);
      advance(later);
    }
    build(later);
    carry_out(std::move(later), io_);
  }
  void advance(deferred& later);
  void build(deferred& later);
  void give_up(deferred& later);
  void note_free(const result<std::uint64_t>& free);

  // segments_adopt.cpp
  [[nodiscard]] result<void> adopt(const found_segment& found);
  void adopt(const found_block& found);
  [[nodiscard]] result<void> shrink_at_open(segments_found& found);

  void answer(const std::shared_ptr<segment_append>& job, result<void> outcome, deferred& later);
  void admit(const std::shared_ptr<segment_append>& job, deferred& later);
  void place();
  void write_ended(record_write& job, bool ran, deferred& later);
  void record_written(const segment_append& job);
  void cancel_erased(const std::function<bool(const block&)>& matches, deferred& later);
  void start_read(read_item item, deferred& later);
  void read_ended(record_read& job, bool ran, deferred& later);

  // segments_reclaim.cpp
  void reclaim(deferred& later);
  [[nodiscard]] bool wants_segment() const;
  [[nodiscard]] std::optional<std::uint32_t> pick_victim(const std::function<bool(const segment&)>& may_leave,
                                                         std::span<const namespace_id> unclaimed) const;
  [[nodiscard]] bool choose_victim(deferred& later);
  void keep_useful(deferred& later);
  void copy_read(record_read& job);
  void copy_written(const segment_append& job, bool written);
  void submit(segment_work what, deferred& later);
  void work(segment_job& job) const;
  [[nodiscard]] result<void> remove_files(std::uint32_t slot) const;
  void segment_job_ended(segment_job& job, bool ran, deferred& later);
  void segment_job_failed(segment_job& job, segment& of, deferred& later);
  void forget(const segment& gone);
  void no_segment(const failure& reason, deferred& later);
  [[nodiscard]] std::uint32_t free_slot() const;

  // segments_sync.cpp
  void start_checkpoint(deferred& later);
  [[nodiscard]] bool checkpoint_due() const;
  [[nodiscard]] bool may_start(const waiting_sync& sync) const;
  [[nodiscard]] segment_index index_of(const segment& of) const;
  void work(checkpoint_job& job);
  void checkpoint_ended(checkpoint_job& job, bool ran, deferred& later);
  [[nodiscard]] std::vector<std::byte> recency_snapshot();

  const segments_store_config config_; ///< without `io` and `on_opening`
  const std::string folder_;           ///< the directory of the segments, ending in '/'
  const std::uint64_t store_;          ///< number of the store
  const std::unique_ptr<directory_lock> lock_;
  const std::shared_ptr<held_directory> place_; ///< of the segments: nothing is written by name once it is another
  const std::weak_ptr<io_engine> io_;           ///< weak: its jobs own the core, and neither could ever be destroyed
  const std::unique_ptr<reclaim_policy> policy_;

  mutable std::mutex mutex_; ///< guards everything below
  segment_budget budget_;
  segment_table segments_;
  segment_placement placement_;
  append_queue appends_;
  present_blocks present_;
  cold_activity activity_;
  std::uint64_t next_generation_ = 1;
  bool closed_ = false;  ///< the store is gone
  bool stopped_ = false; ///< the engine takes no more work

  std::optional<preparation> preparing_;
  std::set<std::uint32_t> taken_; ///< slots that belong to somebody else's files
  bool ahead_refused_ = false;    ///< no segment could be had: none is tried for ahead of need until one was had
  bool shrink_refused_ = false;   ///< nothing could be removed: not tried for again until something else is asked for
  bool growth_refused_ = false;   ///< the disk is full: recycle instead of making files, until something is removed

  bool checkpointing_ = false;
  std::uint64_t unsynced_bytes_ = 0; ///< written since the last checkpoint began
  bool sync_wanted_ = false;
  std::uint64_t recency_at_ = 0;                 ///< written bytes when the snapshot of recency was last taken
  std::map<namespace_id, cold_amount> unsynced_; ///< persisted since the last checkpoint began
  std::vector<waiting_sync> syncs_;
  std::function<void(std::vector<block_key>)> listener_;
};

} // namespace hearth::storage
