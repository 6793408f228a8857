#pragma once

#include "storage/segments/append_queue.hpp"
#include "storage/segments/present_blocks.hpp"
#include "storage/segments/record_read.hpp"
#include "storage/segments/segment_budget.hpp"
#include "storage/segments/segment_checkpoints.hpp"
#include "storage/segments/segment_placement.hpp"
#include "storage/segments/segment_preparation.hpp"
#include "storage/segments/segments_recovery.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hearth::storage {

/// Work that follows from a change of the state, to be done after the store's mutex is released.
struct segments_work {
  using metadata = std::variant<std::shared_ptr<segment_job>, std::shared_ptr<checkpoint_job>>;

  std::vector<metadata> files;                       ///< for `segment_files`, in this order
  std::vector<std::shared_ptr<record_read>> reads;   ///< to lay out, transfer and verify
  std::vector<std::shared_ptr<record_write>> writes; ///< to lay out and transfer
  std::vector<std::function<void()>> answers;        ///< to callers
  std::vector<block_key> reclaimed;                  ///< keys for the listener
};

/// The state of a segments store: connects the parts, so that a change in one triggers the next step in others. No
/// threads, no I/O, no lock.
///
/// Each change (an append, an erase, the end of a write, ...) is followed by `advance`, which decides the next steps:
/// places waiting appends, gathers writes, prepares the next segment, starts a checkpoint. Every job in a
/// `segments_work` must come back through the `..._ended` function of its kind, exactly once; `ran` is false if the I/O
/// engine stopped before the job was done. Invariants: those of the parts; after `advance`, no open or ready segment
/// has room for the first waiting append (appends are placed in their order). Threads: one at a time.
class segments_state {
public:
  /// `config` must outlive the state. `store`: the number of the store; `folder`: the directory of the segments, ending
  /// in '/', for errors.
  segments_state(const segments_store_config& config, std::uint64_t store, std::string folder);

  // While the store is being opened.

  /// Continues sequences and generations behind those that recovery found, and excludes foreign slots.
  void number_from(const segments_found& found);
  void adopt(const found_segment& found, std::shared_ptr<file> target);
  void adopt(const found_block& found);
  /// The segment to remove because the budget is exceeded, or nullopt.
  [[nodiscard]] std::optional<std::uint32_t> victim_at_open() const;
  /// Reclaims the blocks of a segment; returns how many there were.
  std::uint64_t reclaim_at_open(std::uint32_t slot);
  /// The files of the segment have been removed.
  void removed_at_open(std::uint32_t slot);

  // Requests of the host: see `block_store`. Immediate answers are in `work.answers`.

  void append(const std::shared_ptr<segment_append>& added, segments_work& work);
  void read(read_item item, segments_work& work);
  void touch(const block_key& key);
  bool erase(const block_key& key, segments_work& work);
  std::size_t clear(std::optional<namespace_id> name_space, segments_work& work);
  void erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays);
  [[nodiscard]] std::vector<abandoned_block> abandon();
  void sync(std::function<void(result<void>)> done);
  void sync_soon() { checkpoints_.ask_soon(); }
  /// Pre: `budget().may_change(bytes_max)` succeeded.
  void limit(std::uint64_t bytes_max, segments_work& work);
  /// Closes the store: waiting requests get `closed`, placed appends are still written.
  void close() { closed_ = true; }

  // Results of jobs.

  void write_ended(record_write& job, bool ran, segments_work& work);
  void read_ended(record_read& job, bool ran, segments_work& work);
  void preparation_ended(segment_job& job, bool ran, segments_work& work);
  void checkpoint_ended(checkpoint_job& job, bool ran, segments_work& work);
  /// Notes the free bytes of the file system, or that they are unknown.
  void note_free(const result<std::uint64_t>& free);

  /// Continues all work that a change has made possible.
  void advance(segments_work& work);

  [[nodiscard]] const present_blocks& present() const noexcept { return present_; }
  [[nodiscard]] present_blocks& present() noexcept { return present_; }
  [[nodiscard]] const segment_budget& budget() const noexcept { return budget_; }
  [[nodiscard]] const cold_activity& activity() const noexcept { return activity_; }

private:
  void answer(const std::shared_ptr<segment_append>& one, result<void> outcome, segments_work& work);
  void refuse_first(const failure& reason, segments_work& work);
  void cancel(const std::function<bool(const block&)>& matches, segments_work& work);
  void place();
  void prepare(segments_work& work);
  void start_checkpoint(segments_work& work);
  void give_up(segments_work& work);
  void record_written(const segment_append& written);
  void copy_read(record_read& job);
  void copy_written(const segment_append& copy, bool written);

  const segments_store_config& config_;
  const std::uint64_t store_;
  const std::string folder_;
  segment_table segments_;
  segment_budget budget_;
  segment_placement placement_;
  append_queue appends_;
  present_blocks present_;
  segment_preparation preparation_;
  segment_checkpoints checkpoints_;
  cold_activity activity_;
  bool closed_ = false;  ///< `close` or `abandon` was called
  bool stopped_ = false; ///< the engine accepts no more work
};

} // namespace hearth::storage
