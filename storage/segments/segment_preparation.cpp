#include "storage/segments/segment_preparation.hpp"

#include "storage/segments/segment_record.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hearth::storage {

namespace {

/// Maximum number of copies in progress: reclaim runs in small steps next to the puts.
constexpr std::uint32_t copies_at_once = 4;

/// Whether a segment can be recycled as the wanted one; otherwise it is removed to make room.
bool can_become(const segment& victim, const segment_shape& wanted) {
  return !victim.unusable && (victim.records_max == 1) == (wanted.records_max == 1) &&
         victim.bytes >= wanted.bytes / 2 && (wanted.records_max > 1 || victim.bytes == wanted.bytes);
}

} // namespace

segment_preparation::segment_preparation(const segments_store_config& config, std::uint64_t store, std::string folder,
                                         segment_table& segments, segment_placement& placement, segment_budget& budget,
                                         present_blocks& present)
    : config_(config), store_(store), folder_(std::move(folder)), segments_(segments), placement_(placement),
      budget_(budget), present_(present), policy_(make_reclaim_policy(config.order)) {}

preparation_step segment_preparation::next(const segment_demand& demand) {
  if (preparing_ && preparing_->at_work)
    return {};
  if (!preparing_) {
    if (!wanted(demand))
      return {};
    const auto record_bytes = demand.waits() ? demand.record_bytes : placement_.last_record_bytes();
    preparing_ = preparation{};
    // 0: no record yet.
    preparing_->shape = segment_shape_for(config_, std::max<std::uint64_t>(record_bytes, page_size));
  }
  if (!preparing_->victim && !growth_refused_ && budget_.has_room(preparing_->shape))
    return {{}, start(segment_work::make), {}};
  if (!preparing_->victim)
    if (auto refused = choose_victim(demand); refused || !preparing_->victim)
      return {{}, {}, std::move(refused)};
  auto& victim = segments_.at(*preparing_->victim);
  auto copies = copies_of(victim, demand);
  if (preparing_->copies > 0)
    return {std::move(copies), {}, {}};
  present_.reclaim(victim);
  if (victim.readers > 0 || victim.in_checkpoint)
    return {};
  const bool fits = can_become(victim, preparing_->shape);
  return {{}, start(fits && !budget_.exceeded() ? segment_work::recycle : segment_work::remove), {}};
}

/// Whether a preparation should start: appends wait, the open segment is nearly full, or the budget is exceeded.
bool segment_preparation::wanted(const segment_demand& demand) const {
  if (demand.waits() || (budget_.exceeded() && !shrink_refused_))
    return true;
  return !ahead_refused_ && placement_.nearly_full();
}

/// The policy's choice among the segments for which `may_leave` holds, or nullopt.
std::optional<std::uint32_t> segment_preparation::pick(const std::function<bool(const segment&)>& may_leave,
                                                       std::span<const namespace_id> unclaimed) const {
  std::vector<std::uint32_t> slots;
  std::vector<segment_summary> candidates;
  for (const auto& [slot, one] : segments_.all()) {
    if (!may_leave(one))
      continue;
    slots.push_back(slot);
    candidates.push_back({one.generation, one.bytes, one.live_bytes, one.worth, one.live_bytes_in(unclaimed)});
  }
  if (candidates.empty())
    return std::nullopt;
  return slots[policy_->victim(candidates)];
}

/// Treats all namespaces alike: at open the host has not had time to claim any.
std::optional<std::uint32_t> segment_preparation::victim_at_open() const {
  return pick([](const segment&) { return true; }, {});
}

/// Sets the victim: the policy's choice among the sealed segments. If there is none: waits for segments that are being
/// sealed; or takes back a ready segment (its shape does not fit); or seals the open one. Returns the reason if there
/// will be no victim.
std::optional<failure> segment_preparation::choose_victim(const segment_demand& demand) {
  const bool needed = demand.waits() || budget_.exceeded();
  const auto may_leave = [](const segment& one) { return one.state == segment_state::sealed && !one.in_checkpoint; };
  if (const auto complete = pick(may_leave, config_.namespaces->unclaimed())) {
    preparing_->victim = complete;
  } else if (demand.checkpointing || !segments_.sealing().empty()) {
    return std::nullopt;
  } else if (const auto ready = needed ? placement_.take_ready() : std::nullopt) {
    preparing_->victim = ready;
  } else if (needed && placement_.seal_open()) {
    return std::nullopt; // a checkpoint completes it next
  } else {
    const bool disk_is_full = growth_refused_ || budget_.disk_is_short();
    return give_up({errc::no_space, folder_ + ": nothing is left to reclaim, and bytes_max is " +
                                        std::to_string(budget_.bytes_max()) +
                                        (disk_is_full ? "; the disk is full" : "")});
  }
  segments_.at(*preparing_->victim).state = segment_state::leaving;
  return std::nullopt;
}

/// The next copies to make: blocks of the victim that were used since they were written, most recently used first,
/// within the byte budget for copies; none of an unclaimed namespace. No copies while an append waits for the segment.
std::vector<indexed_block> segment_preparation::copies_of(const segment& victim, const segment_demand& demand) {
  auto& now = *preparing_;
  if (demand.waits()) {
    now.keep.clear();
  } else if (!std::exchange(now.chosen, true) && config_.reappend_percent > 0) {
    const auto unclaimed = config_.namespaces->unclaimed();
    for (auto id = victim.blocks.first; id != no_record; id = present_.next_in_segment(id))
      if (const auto& one = present_.at(id);
          one.used && !std::binary_search(unclaimed.begin(), unclaimed.end(), one.name_space))
        now.keep.push_back(one);
    std::sort(now.keep.begin(), now.keep.end(), [](const auto& a, const auto& b) { return a.last_use < b.last_use; });
    now.keep_bytes = victim.bytes / 100 * config_.reappend_percent;
  }
  std::vector<indexed_block> copies;
  while (!now.keep.empty() && now.copies < copies_at_once) {
    const auto kept = now.keep.back();
    now.keep.pop_back();
    const auto bytes = segment_record_bytes(kept.payload_bytes);
    const auto id = present_.find(kept.key);
    if (bytes > now.keep_bytes || id == no_record || present_.at(id).slot != victim.slot)
      continue;
    now.keep_bytes -= bytes;
    ++now.copies;
    copies.push_back(kept);
  }
  return copies;
}

void segment_preparation::copy_ended(std::optional<std::uint32_t> slot) {
  assert(preparing_ && preparing_->copies > 0);
  --preparing_->copies;
  if (slot)
    preparing_->copied_to.insert(*slot);
}

void segment_preparation::stop_copying() {
  assert(preparing_);
  preparing_->keep.clear();
}

std::shared_ptr<segment_job> segment_preparation::start(segment_work what) {
  auto& now = *preparing_;
  auto job = std::make_shared<segment_job>();
  job->what = what;
  now.at_work = true;
  if (what == segment_work::make) {
    auto& made = segments_.add(free_slot());
    static_cast<segment_shape&>(made) = now.shape;
    now.victim = made.slot;
    budget_.take(made);
  }
  auto& at_work = segments_.at(*now.victim);
  assert(at_work.live_blocks == 0);
  job->target = what == segment_work::remove ? std::move(at_work.target) : at_work.target;
  for (const auto slot : now.copied_to)
    job->copied_to.push_back(segments_.at(slot).target);
  job->fresh = {store_, at_work.slot, next_generation_++, at_work.bytes, 0, at_work.records_max, false, {}, {}};
  return job;
}

std::optional<failure> segment_preparation::ended(segment_job& job) {
  preparing_->at_work = false;
  if (!job.outcome)
    return failed(job);
  if (job.what == segment_work::remove) {
    forget(job.fresh.slot);
    growth_refused_ = false;
  } else {
    auto& of = segments_.at(job.fresh.slot);
    of.generation = job.fresh.generation;
    of.target = std::move(job.target);
    of.cursor = 0;
    of.records = 0;
    of.data_dirty = false;
    of.index_dirty = job.without_index; // the next sync writes the index
    placement_.add_ready(of);
  }
  preparing_.reset();
  ahead_refused_ = shrink_refused_ = false;
  return std::nullopt;
}

/// Handles a failed job. A file that could not be created, and whose remains were removed, leaves the table; on a full
/// disk a victim is chosen instead. Any other segment still exists, and is empty.
std::optional<failure> segment_preparation::failed(segment_job& job) {
  const bool name_taken = job.what == segment_work::make && job.outcome.code() == errc::invalid_argument;
  if (job.what == segment_work::make && !job.left_behind) {
    if (name_taken)
      taken_.insert(job.fresh.slot); // by a foreign file; the next slot is tried
    forget(job.fresh.slot);
    preparing_->victim.reset();
    growth_refused_ = growth_refused_ || job.outcome.code() == errc::no_space;
    if (name_taken || growth_refused_)
      return std::nullopt;
  } else {
    auto& of = segments_.at(job.fresh.slot);
    of.state = segment_state::sealed;
    const bool index_taken = job.what == segment_work::recycle && job.outcome.code() == errc::invalid_argument;
    of.unusable = of.unusable || job.left_behind || index_taken; // the name of the index is occupied by a foreign entry
    of.index_dirty = !of.unusable;
    if (job.what == segment_work::remove)
      of.target = std::move(job.target);
    if (index_taken) {
      preparing_.reset(); // another segment is chosen instead
      return std::nullopt;
    }
  }
  return give_up({job.outcome.code() == errc::closed ? errc::closed : errc::io, job.outcome.error().context});
}

void segment_preparation::forget(std::uint32_t slot) {
  budget_.give_back(segments_.at(slot));
  segments_.remove(slot);
}

/// Ends the attempt: no segment is available now. Until one is, none is prepared ahead of need and none is removed.
failure segment_preparation::give_up(failure reason) {
  preparing_.reset();
  ahead_refused_ = shrink_refused_ = true;
  growth_refused_ = false; // the next append may try another file
  return reason;
}

/// The lowest number that no segment and no foreign file uses.
std::uint32_t segment_preparation::free_slot() const {
  std::uint32_t slot = 0;
  while (segments_.all().contains(slot) || taken_.contains(slot))
    ++slot;
  return slot;
}

} // namespace hearth::storage
