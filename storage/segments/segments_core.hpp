#pragma once

#include "storage/cold/cold_ledgers.hpp"
#include "storage/cold/deferred_work.hpp"
#include "storage/segments/block_index.hpp"
#include "storage/segments/reclaim_policy.hpp"
#include "storage/segments/segment_budget.hpp"
#include "storage/segments/segment_index.hpp"
#include "storage/segments/segment_placement.hpp"
#include "storage/segments/segment_record.hpp"
#include "storage/segments/segment_table.hpp"
#include "storage/segments/segments_recovery.hpp"
#include "storage/segments/segments_store.hpp"

#include <algorithm>
#include <deque>
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

  struct append_job;
  struct write_job;
  struct read_job;
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
    std::vector<std::shared_ptr<write_job>> writes; ///< to build and submit
    std::vector<std::shared_ptr<read_job>> reads;   ///< to build and submit
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

  // segments_appends.cpp
  void admit(const std::shared_ptr<append_job>& job, deferred& later);
  void refuse_too_large(deferred& later);
  void place();
  void enqueue(const std::shared_ptr<append_job>& job, const segment_offset& at);
  void start_writes(deferred& later);
  [[nodiscard]] io_job build(const std::shared_ptr<write_job>& job);
  void write_ended(write_job& job, bool ran, deferred& later);
  void record_written(const append_job& job);
  void mark_erased(const std::function<bool(const block&)>& matches);
  void cancel_erased(const std::function<bool(const block&)>& matches, deferred& later);

  // segments_reads.cpp
  void start_read(read_item item, deferred& later);
  [[nodiscard]] io_job build(const std::shared_ptr<read_job>& job);
  void verify(read_job& job) const;
  void read_ended(read_job& job, bool ran, deferred& later);
  void use(record_id id);
  void take_out(record_id id, cold_amount cold_ledger::*reason);
  std::size_t erase_if(const std::function<bool(const indexed_block&)>& matches);

  // segments_reclaim.cpp
  void reclaim(deferred& later);
  [[nodiscard]] bool wants_segment() const;
  [[nodiscard]] std::optional<std::uint32_t> pick_victim(const std::function<bool(const segment&)>& may_leave,
                                                         std::span<const namespace_id> unclaimed) const;
  [[nodiscard]] bool choose_victim(deferred& later);
  void keep_useful(deferred& later);
  void copy_read(read_job& job);
  void copy_written(const append_job& job, bool written);
  void empty(segment& victim);
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
  block_index index_;
  segment_table segments_;
  segment_placement placement_;
  cold_ledgers ledgers_;
  cold_activity activity_;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t next_generation_ = 1;
  bool closed_ = false;  ///< the store is gone
  bool stopped_ = false; ///< the engine takes no more work

  std::deque<std::shared_ptr<append_job>> waiting_;             ///< appends without a place, oldest first
  std::deque<std::shared_ptr<append_job>> placed_;              ///< appends with a place, not yet handed to the engine
  std::map<std::uint64_t, std::shared_ptr<write_job>> writing_; ///< by number
  std::uint64_t next_write_ = 1;
  std::uint64_t next_order_ = 0;        ///< of the append placed last
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
  std::vector<block_key> reclaimed_; ///< the listener has yet to hear of them
  std::function<void(std::vector<block_key>)> listener_;
};

} // namespace hearth::storage
