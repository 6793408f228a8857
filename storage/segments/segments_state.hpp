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

/// What follows from a change of the state, to be done when the store's mutex is free.
struct segments_work {
  using metadata = std::variant<std::shared_ptr<segment_job>, std::shared_ptr<checkpoint_job>>;

  std::vector<metadata> files;                       ///< to be carried out by `segment_files`, in this order
  std::vector<std::shared_ptr<record_read>> reads;   ///< to be laid out, transferred and verified
  std::vector<std::shared_ptr<record_write>> writes; ///< to be laid out and transferred
  std::vector<std::function<void()>> answers;        ///< to callers
  std::vector<block_key> reclaimed;                  ///< for the listener
};

/// The state of a segments store: the parts, and how a change in one goes on in the others. No threads, no I/O, no
/// lock.
///
/// A change (an append, an erase, the end of a write, ...) is followed by `advance`, which decides what goes on: places
/// waiting appends, gathers writes, prepares the next segment, starts a checkpoint. Every job in a `segments_work` must
/// come back through the `..._ended` function of its kind, exactly once; `ran` is false if the I/O engine stopped
/// before the job was done. Invariants: those of the parts; after `advance`, no append waits for which there is room in
/// an open or ready segment. Threads: one at a time.
class segments_state {
public:
  /// `config` must outlive the state. `store`: the number of the store; `folder`: the directory of the segments, ending
  /// in '/', for errors.
  segments_state(const segments_store_config& config, std::uint64_t store, std::string folder);

  // While the store is being opened.

  /// Sequences, generations and slots go on behind what recovery found.
  void number_from(const segments_found& found);
  void adopt(const found_segment& found, std::shared_ptr<file> target);
  void adopt(const found_block& found);
  /// The segment to be removed because the budget is exceeded, or nothing.
  [[nodiscard]] std::optional<std::uint32_t> victim_at_open() const;
  /// Reclaims the blocks of a segment; returns how many there were.
  std::uint64_t reclaim_at_open(std::uint32_t slot);
  /// The files of the segment are gone.
  void removed_at_open(std::uint32_t slot);

  // What the host asks for: see `block_store`. What is answered at once is in `work.answers`.

  void append(const std::shared_ptr<segment_append>& added, segments_work& work);
  void read(read_item item, segments_work& work);
  void touch(const block_key& key);
  bool erase(const block_key& key, segments_work& work);
  std::size_t clear(std::optional<namespace_id> name_space, segments_work& work);
  void erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays);
  [[nodiscard]] std::vector<abandoned_block> abandon();
  void sync(std::function<void(result<void>)> done);
  void sync_soon() { checkpoints_.ask_soon(); }
  /// Pre: `budget().may_change(bytes_max)`.
  void limit(std::uint64_t bytes_max, segments_work& work);
  /// The store is gone: what waits is answered `closed`, what has a place is still written.
  void close() { closed_ = true; }

  // What jobs report.

  void write_ended(record_write& job, bool ran, segments_work& work);
  void read_ended(record_read& job, bool ran, segments_work& work);
  void preparation_ended(segment_job& job, bool ran, segments_work& work);
  void checkpoint_ended(checkpoint_job& job, bool ran, segments_work& work);
  /// The file system has so many bytes left, or it is not known.
  void note_free(const result<std::uint64_t>& free);

  /// Goes on with whatever a change has made possible.
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
  bool closed_ = false;  ///< the store is gone
  bool stopped_ = false; ///< the engine takes no more work
};

} // namespace hearth::storage
