#pragma once

#include "storage/segments/present_blocks.hpp"
#include "storage/segments/reclaim_policy.hpp"
#include "storage/segments/segment_budget.hpp"
#include "storage/segments/segment_files.hpp"
#include "storage/segments/segment_placement.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace hearth::storage {

/// State of the rest of the store at the moment when a preparation continues.
struct segment_demand {
  std::uint64_t record_bytes = 0; ///< of the first append that waits for a segment; 0: none waits
  bool checkpointing = false;     ///< a checkpoint is in flight: it may complete a segment

  [[nodiscard]] bool waits() const noexcept { return record_bytes != 0; }
};

/// The next step of a preparation. At most one member is set; if no member is set, nothing can be done now.
struct preparation_step {
  std::vector<indexed_block> copy;   ///< read these and append them again: see `copy_ended`
  std::shared_ptr<segment_job> work; ///< run this job, then call `ended`
  std::optional<failure> no_segment; ///< refuse the first waiting append: there is no segment for it
};

/// Prepares the next segment for records, one at a time. Creates a new file while the budget allows; otherwise chooses
/// a victim by the reclaim policy, requests copies of the blocks worth keeping, reclaims the rest, and has the file
/// recycled. Also removes segments when the budget was lowered. Starts when an append waits for a segment, ahead of
/// need when the open segment is nearly full, or when the budget is exceeded. Invariants: every file is charged to the
/// budget from before its creation until after its removal; a segment is recycled or removed only when it holds no
/// block, has no reader, and no checkpoint writes its index; each new or recycled segment gets a higher generation than
/// all segments before it. Threads: one at a time. Errors: none, unless a function says so. No I/O: this class decides,
/// and the core runs the jobs.
class segment_preparation {
public:
  /// All arguments must outlive the preparation. `store`: the number of the store; `folder`: its directory, for errors.
  segment_preparation(const segments_store_config& config, std::uint64_t store, std::string folder,
                      segment_table& segments, segment_placement& placement, segment_budget& budget,
                      present_blocks& present);

  /// Sets the generation of the next segment: higher than any that recovery found.
  void number_from(std::uint64_t generation) noexcept { next_generation_ = generation; }

  /// Excludes a slot that foreign files occupy.
  void taken(std::uint32_t slot) { taken_.insert(slot); }

  /// Continues as far as possible, and returns what has to be done next. Pre: the store is neither closed nor stopped.
  [[nodiscard]] preparation_step next(const segment_demand& demand);

  /// The job that `next` returned has ended with `job.outcome`. If that ends the attempt, returns why there is no
  /// segment: the caller then refuses the first waiting append.
  [[nodiscard]] std::optional<failure> ended(segment_job& job);

  /// A copy that `next` requested has ended: written to the segment `slot`, or not made (nullopt).
  void copy_ended(std::optional<std::uint32_t> slot);

  /// There is no room for another copy: no more are made of this victim.
  void stop_copying();

  /// Slot of the segment whose job is in flight.
  [[nodiscard]] std::optional<std::uint32_t> slot_at_work() const noexcept {
    return preparing_ && preparing_->at_work ? preparing_->victim : std::nullopt;
  }

  /// Only at open, while no preparation is in progress: the segment to remove because the budget is exceeded.
  [[nodiscard]] std::optional<std::uint32_t> victim_at_open() const;

  /// Removes a segment from the table and the budget: its files are gone.
  void forget(std::uint32_t slot);

  /// A request came in, or the limit has changed: allows another attempt to remove segments.
  void may_shrink() noexcept { shrink_refused_ = false; }

  /// The disk may have room again: allows another attempt to create files.
  void may_grow() noexcept { growth_refused_ = false; }

private:
  /// The segment that is being prepared.
  struct preparation {
    segment_shape shape;
    std::optional<std::uint32_t> victim; ///< segment to recycle or remove; or the new segment
    bool chosen = false;                 ///< `keep` has been decided
    std::vector<indexed_block> keep;     ///< blocks of the victim still to be copied, most recently used last
    std::uint64_t keep_bytes = 0;        ///< rest of the byte budget for copies
    std::uint32_t copies = 0;            ///< copies in progress
    std::set<std::uint32_t> copied_to;   ///< slots of the segments with the copies
    bool at_work = false;                ///< the job is in flight
  };

  [[nodiscard]] bool wanted(const segment_demand& demand) const;
  [[nodiscard]] std::optional<std::uint32_t> pick(const std::function<bool(const segment&)>& may_leave,
                                                  std::span<const namespace_id> unclaimed) const;
  [[nodiscard]] std::optional<failure> choose_victim(const segment_demand& demand);
  [[nodiscard]] std::vector<indexed_block> copies_of(const segment& victim, const segment_demand& demand);
  [[nodiscard]] std::shared_ptr<segment_job> start(segment_work what);
  [[nodiscard]] std::optional<failure> failed(segment_job& job);
  [[nodiscard]] failure give_up(failure reason);
  [[nodiscard]] std::uint32_t free_slot() const;

  const segments_store_config& config_;
  const std::uint64_t store_;
  const std::string folder_;
  segment_table& segments_;
  segment_placement& placement_;
  segment_budget& budget_;
  present_blocks& present_;
  const std::unique_ptr<reclaim_policy> policy_;
  std::optional<preparation> preparing_;
  std::set<std::uint32_t> taken_;
  std::uint64_t next_generation_ = 1;
  bool ahead_refused_ = false;  ///< no segment was available: none is prepared ahead of need until one was
  bool shrink_refused_ = false; ///< nothing could be removed: no retry until the next request
  bool growth_refused_ = false; ///< the disk is full: recycle instead of creating files, until a file was removed
};

} // namespace hearth::storage
