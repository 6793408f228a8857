#include "storage/format/checksum.hpp"
#include "storage/segments/segments_jobs.hpp"

#include <algorithm>

namespace hearth::storage {

namespace {

/// Copies of one victim's blocks under way at once: reclaim runs in small steps beside the puts.
constexpr std::uint32_t copies_at_once = 4;

} // namespace

/// Makes the next segment ready: ahead of need if there is time, and gives segments back that a lowered limit has no
/// room for. One at a time.
void segments_core::reclaim(deferred& later) {
  if (closed_ || stopped_ || (preparing_ && preparing_->at_work))
    return;
  if (!preparing_) {
    if (!wants_segment())
      return;
    const auto record_bytes = appends_.any_waiting() ? appends_.first().record_bytes : placement_.last_record_bytes();
    preparing_ = preparation{};
    preparing_->shape = segment_shape_for(config_, std::max<std::uint64_t>(record_bytes, page_size)); // 0: none so far
  }
  auto& next = *preparing_;
  if (!next.victim && !growth_refused_ && budget_.has_room(next.shape))
    return submit(segment_work::make, later);
  if (!next.victim && !choose_victim(later))
    return;
  keep_useful(later);
  if (next.copies > 0)
    return;
  auto& victim = segments_.at(*next.victim);
  present_.reclaim(victim);
  if (victim.readers > 0 || victim.in_checkpoint)
    return;
  const auto& wanted = next.shape;
  const bool fits = !victim.unusable && (victim.records_max == 1) == (wanted.records_max == 1) &&
                    victim.bytes >= wanted.bytes / 2 && (wanted.records_max > 1 || victim.bytes == wanted.bytes);
  submit(fits && !budget_.exceeded() ? segment_work::recycle : segment_work::remove, later);
}

/// Appends wait, the open segment is nearly full, or there are more segments than the limit allows.
bool segments_core::wants_segment() const {
  if (appends_.any_waiting() || (budget_.exceeded() && !shrink_refused_))
    return true;
  return !ahead_refused_ && placement_.nearly_full();
}

/// The policy's choice among the segments that may leave, or nothing.
std::optional<std::uint32_t> segments_core::pick_victim(const std::function<bool(const segment&)>& may_leave,
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

/// The policy's choice among the complete segments. If there is none: those that are about to be complete are waited
/// for; what is open is completed; what is ready and of another kind is given back. Answers whether there is a victim.
bool segments_core::choose_victim(deferred& later) {
  const bool needed = appends_.any_waiting() || budget_.exceeded();
  const auto may_leave = [](const segment& one) { return one.state == segment_state::sealed && !one.in_checkpoint; };
  if (const auto complete = pick_victim(may_leave, config_.namespaces->unclaimed())) {
    preparing_->victim = complete;
  } else if (checkpointing_ || !segments_.sealing().empty()) {
    return false;
  } else if (const auto ready = needed ? placement_.take_ready() : std::nullopt) {
    preparing_->victim = ready;
  } else if (needed && placement_.seal_open()) {
    return false; // its checkpoint is next
  } else {
    no_segment({errc::no_space, folder_ + ": nothing is left to reclaim, and bytes_max is " +
                                    std::to_string(budget_.bytes_max()) +
                                    (growth_refused_ || budget_.disk_is_short() ? "; the disk is full" : "")},
               later);
    return false;
  }
  segments_.at(*preparing_->victim).state = segment_state::leaving;
  return true;
}

/// Copies the blocks of the victim that were used since they were written, last used first, within the budget; none of
/// a namespace that nobody has named. Not when somebody already waits for the segment.
void segments_core::keep_useful(deferred& later) {
  auto& next = *preparing_;
  const auto& victim = segments_.at(*next.victim);
  if (appends_.any_waiting()) {
    next.keep.clear();
  } else if (!std::exchange(next.chosen, true) && config_.reappend_percent > 0) {
    const auto unclaimed = config_.namespaces->unclaimed();
    for (auto id = victim.blocks.first; id != no_record; id = present_.next_in_segment(id))
      if (const auto& one = present_.at(id);
          one.used && !std::binary_search(unclaimed.begin(), unclaimed.end(), one.name_space))
        next.keep.push_back(one);
    std::sort(next.keep.begin(), next.keep.end(), [](const auto& a, const auto& b) { return a.last_use < b.last_use; });
    next.keep_bytes = victim.bytes / 100 * config_.reappend_percent;
  }
  while (!next.keep.empty() && next.copies < copies_at_once) {
    const auto kept = next.keep.back();
    next.keep.pop_back();
    const auto bytes = segment_record_bytes(kept.payload_bytes);
    const auto id = present_.find(kept.key);
    if (bytes > next.keep_bytes || id == no_record || present_.at(id).slot != victim.slot)
      continue;
    next.keep_bytes -= bytes;
    ++next.copies;
    start_read({kept.key, static_cast<namespace_id>(kept.name_space), {}}, later);
  }
}

/// A block that is kept has been read: it goes to the open segment, if there is room left that nobody waits for.
void segments_core::copy_read(record_read& job) {
  const auto id = present_.find(job.key);
  if (!job.outcome || id == no_record || present_.at(id).sequence != job.sequence || stopped_ || closed_) {
    --preparing_->copies;
    return;
  }
  auto copy = std::make_shared<segment_append>();
  copy->request.item = std::move(*job.outcome);
  copy->name_space = job.name;
  copy->checksum = checksum(copy->request.item.payload.bytes());
  copy->record_bytes = segment_record_bytes(job.payload_bytes);
  copy->sequence = job.sequence;
  copy->copy = true;
  if (!appends_.any_waiting())
    if (const auto at = placement_.place_copy(copy->record_bytes))
      return appends_.place(copy, *at);
  preparing_->keep.clear();
  --preparing_->copies;
}

void segments_core::copy_written(const segment_append& job, bool written) {
  --preparing_->copies;
  if (!written || job.erased ||
      !present_.moved(job.request.item.key, job.sequence, job.at.slot,
                      static_cast<std::uint32_t>(job.at.offset / page_size)))
    return;
  activity_.reappended_bytes += job.record_bytes;
  preparing_->copied_to.insert(job.at.slot);
}

void segments_core::submit(segment_work what, deferred& later) {
  auto& next = *preparing_;
  const auto job = std::make_shared<segment_job>();
  job->what = what;
  next.at_work = true;
  if (what == segment_work::make) {
    auto& made = segments_.add(free_slot());
    static_cast<segment_shape&>(made) = next.shape;
    next.victim = made.slot;
    budget_.take(made);
  }
  auto& at_work = segments_.at(*next.victim);
  job->target = what == segment_work::remove ? std::move(at_work.target) : at_work.target;
  for (const auto slot : next.copied_to)
    job->copied_to.push_back(segments_.at(slot).target);
  job->fresh = {store_, at_work.slot, next_generation_++, at_work.bytes, 0, at_work.records_max, false, {}, {}};
  later.jobs.push_back({io_kind::metadata, 0, [core = shared_from_this(), job] { core->work(*job); },
                        [core = shared_from_this(), job](bool ran) {
                          core->update([&](deferred& then) { core->segment_job_ended(*job, ran, then); });
                        }});
}

/// On a thread of the engine, without the mutex.
void segments_core::work(segment_job& job) const {
  auto& files = *config_.files;
  const auto data = folder_ + to_string(job.fresh.slot, segment_file_kind::data);
  const auto index = folder_ + to_string(job.fresh.slot, segment_file_kind::index);
  for (const auto& copied_to : job.copied_to)
    if (job.outcome = copied_to->sync(); !job.outcome)
      return;
  if (job.outcome = place_->in_place(); !job.outcome)
    return;
  if (job.what == segment_work::remove) {
    job.outcome = remove_files(job.fresh.slot);
    if (job.outcome)
      job.target.reset(); // gives its room back, before anybody counts on it
    return;
  }
  if (job.what == segment_work::make) {
    auto made = files.open(data, open_mode::create, caching::direct);
    if (!made) {
      job.outcome = made.error();
      return; // what may be there is not ours
    }
    job.target = std::move(*made);
    job.outcome = job.target->reserve(job.fresh.segment_bytes);
  }
  if (job.outcome)
    job.outcome = write_segment_index(files, index, job.fresh);
  // On a disk too full for that, having no index says the same: nothing here is believed.
  if (job.what == segment_work::recycle && job.outcome.code() == errc::no_space) {
    job.without_index = true;
    if (job.outcome = files.remove(index); job.outcome.code() == errc::not_found)
      job.outcome = {};
  }
  if (job.outcome)
    job.outcome = files.sync_names(folder_);
  if (!job.outcome && job.what == segment_work::make) {
    job.left_behind = !remove_files(job.fresh.slot);
    job.target.reset();
  }
}

/// The index first, and nothing if that fails: a file of data without one is empty to recovery, the other way round
/// blocks would be written to a file that nobody finds. What is no file is not ours, and left alone.
result<void> segments_core::remove_files(std::uint32_t slot) const {
  for (const auto kind : {segment_file_kind::index, segment_file_kind::data})
    if (auto removed = config_.files->remove(folder_ + to_string(slot, kind)); !left_nothing(removed))
      return removed;
  return {};
}

void segments_core::segment_job_ended(segment_job& job, bool ran, deferred& later) {
  if (!ran) {
    stopped_ = true;
    job.outcome = {errc::closed, folder_ + ": the I/O engine stopped"};
  }
  auto& of = segments_.at(job.fresh.slot);
  preparing_->at_work = false;
  if (!job.outcome)
    return segment_job_failed(job, of, later);
  if (job.what == segment_work::remove) {
    forget(of);
    growth_refused_ = false;
  } else {
    of.generation = job.fresh.generation;
    of.target = std::move(job.target);
    of.cursor = 0;
    of.records = 0;
    of.data_dirty = false;
    of.index_dirty = job.without_index; // the next sync makes up for it
    placement_.add_ready(of);
    activity_.written_bytes += page_size;
  }
  preparing_.reset();
  ahead_refused_ = shrink_refused_ = false;
}

/// A file that could not be made: what there was of it is gone, and a full disk is asked for a victim instead. Anything
/// else is still there, and empty.
void segments_core::segment_job_failed(segment_job& job, segment& of, deferred& later) {
  const bool name_taken = job.what == segment_work::make && job.outcome.code() == errc::invalid_argument;
  if (job.what == segment_work::make && !job.left_behind) {
    if (name_taken)
      taken_.insert(of.slot); // by somebody else; the next one is tried
    forget(of);
    preparing_->victim.reset();
    growth_refused_ = growth_refused_ || job.outcome.code() == errc::no_space;
    if (name_taken || growth_refused_)
      return;
  } else {
    of.state = segment_state::sealed;
    const bool index_taken = job.what == segment_work::recycle && job.outcome.code() == errc::invalid_argument;
    of.unusable = of.unusable || job.left_behind || index_taken; // somebody has put something in the index's place
    of.index_dirty = !of.unusable;
    if (job.what == segment_work::remove)
      of.target = std::move(job.target);
    if (index_taken)
      return preparing_.reset(); // its file is given up for another segment
  }
  no_segment({job.outcome.code() == errc::closed ? errc::closed : errc::io, job.outcome.error().context}, later);
}

void segments_core::forget(const segment& gone) {
  budget_.give_back(gone);
  segments_.remove(gone.slot);
}

/// There is no segment for the append that waits first, or none to be had ahead of need.
void segments_core::no_segment(const failure& reason, deferred& later) {
  preparing_.reset();
  ahead_refused_ = shrink_refused_ = true; // until there is one again
  growth_refused_ = false;                 // for the next append another file may be tried
  if (appends_.any_waiting())
    answer(appends_.take_first(), reason, later);
}

/// The lowest number that neither a segment nor somebody else's file has.
std::uint32_t segments_core::free_slot() const {
  std::uint32_t slot = 0;
  while (segments_.all().contains(slot) || taken_.contains(slot))
    ++slot;
  return slot;
}

} // namespace hearth::storage
