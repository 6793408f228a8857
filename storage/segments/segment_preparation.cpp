#include "storage/segments/segment_preparation.hpp"

#include "storage/segments/segment_record.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hearth::storage {

namespace {

/// Copies of one victim's blocks under way at once: reclaim runs in small steps beside the puts.
constexpr std::uint32_t copies_at_once = 4;

/// Whether a segment can be begun anew as one that is wanted, or has to make room for it.
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
    preparing_->shape = segment_shape_for(config_, std::max<std::uint64_t>(record_bytes, page_size)); // 0: none so far
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

/// Appends wait, the open segment is nearly full, or there are more segments than the limit allows.
bool segment_preparation::wanted(const segment_demand& demand) const {
  if (demand.waits() || (budget_.exceeded() && !shrink_refused_))
    return true;
  return !ahead_refused_ && placement_.nearly_full();
}

/// The policy's choice among the segments that may leave, or nothing.
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

/// At open the host has not had the time to claim a namespace: all are alike.
std::optional<std::uint32_t> segment_preparation::victim_at_open() const {
  return pick([](const segment&) { return true; }, {});
}

/// Sets the victim: the policy's choice among the complete segments. If there is none: segments that are about to be
/// complete are waited for; the open one is completed; a ready one of another kind is given back. Returns why none will
/// come, if so.
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
    return std::nullopt; // its checkpoint is next
  } else {
    const bool disk_is_full = growth_refused_ || budget_.disk_is_short();
    return give_up({errc::no_space, folder_ + ": nothing is left to reclaim, and bytes_max is " +
                                        std::to_string(budget_.bytes_max()) +
                                        (disk_is_full ? "; the disk is full" : "")});
  }
  segments_.at(*preparing_->victim).state = segment_state::leaving;
  return std::nullopt;
}

/// The next copies to make: blocks of the victim that were used since they were written, last used first, within the
/// budget; none of a namespace that nobody has named. None when an append waits for the segment.
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
    of.index_dirty = job.without_index; // the next sync makes up for it
    placement_.add_ready(of);
  }
  preparing_.reset();
  ahead_refused_ = shrink_refused_ = false;
  return std::nullopt;
}

/// A file that could not be made: its remains are gone, and a full disk is asked for a victim instead. Anything else is
/// still there, and empty.
std::optional<failure> segment_preparation::failed(segment_job& job) {
  const bool name_taken = job.what == segment_work::make && job.outcome.code() == errc::invalid_argument;
  if (job.what == segment_work::make && !job.left_behind) {
    if (name_taken)
      taken_.insert(job.fresh.slot); // by somebody else; the next one is tried
    forget(job.fresh.slot);
    preparing_->victim.reset();
    growth_refused_ = growth_refused_ || job.outcome.code() == errc::no_space;
    if (name_taken || growth_refused_)
      return std::nullopt;
  } else {
    auto& of = segments_.at(job.fresh.slot);
    of.state = segment_state::sealed;
    const bool index_taken = job.what == segment_work::recycle && job.outcome.code() == errc::invalid_argument;
    of.unusable = of.unusable || job.left_behind || index_taken; // somebody has put something in the index's place
    of.index_dirty = !of.unusable;
    if (job.what == segment_work::remove)
      of.target = std::move(job.target);
    if (index_taken) {
      preparing_.reset(); // its file is given up for another segment
      return std::nullopt;
    }
  }
  return give_up({job.outcome.code() == errc::closed ? errc::closed : errc::io, job.outcome.error().context});
}

void segment_preparation::forget(std::uint32_t slot) {
  budget_.give_back(segments_.at(slot));
  segments_.remove(slot);
}

/// No segment can be had now: none is tried for ahead of need, and nothing is given back, until there is one again.
failure segment_preparation::give_up(failure reason) {
  preparing_.reset();
  ahead_refused_ = shrink_refused_ = true;
  growth_refused_ = false; // for the next append another file may be tried
  return reason;
}

/// The lowest number that neither a segment nor somebody else's file has.
std::uint32_t segment_preparation::free_slot() const {
  std::uint32_t slot = 0;
  while (segments_.all().contains(slot) || taken_.contains(slot))
    ++slot;
  return slot;
}

} // namespace hearth::storage
