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

/// What the rest of the store needs at the moment when a preparation goes on.
struct segment_demand {
  std::uint64_t record_bytes = 0; ///< of the append that waits first for a segment; 0: none waits
  bool checkpointing = false;     ///< a checkpoint is in flight: it may complete a segment

  [[nodiscard]] bool waits() const noexcept { return record_bytes != 0; }
};

/// The next step of a preparation. At most one member is set; with none there is nothing to do now.
struct preparation_step {
  std::vector<indexed_block> copy;   ///< read these, and append them again: see `copy_ended`
  std::shared_ptr<segment_job> work; ///< carry it out, and then call `ended`
  std::optional<failure> no_segment; ///< there is no segment for the append that waits first
};

/// Makes the next segment ready for records, one at a time: makes a new file as long as the budget allows; otherwise
/// chooses a victim by the reclaim policy, has the blocks worth keeping copied, reclaims the rest, and has the file
/// recycled. Also gives segments back when the budget was lowered. Begins when an append waits for a segment, ahead of
/// need when the open segment is nearly full, or when the budget is exceeded.
/// Invariants: every file is charged to the budget from before it is made until after it was removed; a segment is
/// recycled or removed only when it holds no block, nobody reads from it, and no checkpoint writes its index; each
/// segment that is begun gets a generation higher than any before.
/// Threads: one at a time. Errors: none, unless a function says so. No I/O: it decides, the core carries out.
class segment_preparation {
public:
  /// All must outlive the preparation. `store` is the number of the store, `folder` its directory, for errors.
  segment_preparation(const segments_store_config& config, std::uint64_t store, std::string folder,
                      segment_table& segments, segment_placement& placement, segment_budget& budget,
                      present_blocks& present);

  /// The next segment gets this generation: higher than any that recovery found.
  void number_from(std::uint64_t generation) noexcept { next_generation_ = generation; }

  /// This slot belongs to somebody else's files: no segment is made there.
  void taken(std::uint32_t slot) { taken_.insert(slot); }

  /// Goes on as far as possible, and tells what has to be done next. Pre: the store is neither closed nor stopped.
  [[nodiscard]] preparation_step next(const segment_demand& demand);

  /// The job that `next` gave has ended; `job.outcome` says how. Returns why there is no segment, if that ends the
  /// attempt: the append that waits first is then to be refused.
  [[nodiscard]] std::optional<failure> ended(segment_job& job);

  /// A copy that `next` asked for has ended: it was written to the segment `slot`, or (nothing) it was not made.
  void copy_ended(std::optional<std::uint32_t> slot);

  /// There is no room for another copy: no more are made of this victim.
  void stop_copying();

  /// The segment whose job is in flight.
  [[nodiscard]] std::optional<std::uint32_t> slot_at_work() const noexcept {
    return preparing_ && preparing_->at_work ? preparing_->victim : std::nullopt;
  }

  /// At open only, when no preparation is under way: the segment to be removed because the budget is exceeded.
  [[nodiscard]] std::optional<std::uint32_t> victim_at_open() const;

  /// A segment's files are gone: it leaves the table and gives its room back.
  void forget(std::uint32_t slot);

  /// Something was asked for, or the limit has changed: giving segments back may be tried again.
  void may_shrink() noexcept { shrink_refused_ = false; }

  /// The disk may have room again: making files may be tried again.
  void may_grow() noexcept { growth_refused_ = false; }

private:
  /// The segment that is being made ready for records.
  struct preparation {
    segment_shape shape;
    std::optional<std::uint32_t> victim; ///< to be recycled or removed; or the new segment
    bool chosen = false;                 ///< what to keep of the victim has been decided
    std::vector<indexed_block> keep;     ///< of the victim's blocks, to be copied; the most useful last
    std::uint64_t keep_bytes = 0;        ///< what is left of the budget for that
    std::uint32_t copies = 0;            ///< under way
    std::set<std::uint32_t> copied_to;   ///< slots of the segments that they were written to
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
  bool ahead_refused_ = false;  ///< no segment could be had: none is tried for ahead of need until one was had
  bool shrink_refused_ = false; ///< nothing could be removed: not tried again until something else is asked for
  bool growth_refused_ = false; ///< the disk is full: recycle instead of making files, until something is removed
};

} // namespace hearth::storage
