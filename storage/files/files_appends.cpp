#include "storage/files/files_core.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace hearth::storage {

/// One append, from the call to its answer.
struct files_core::append_job {
  append_item request;
  std::string name_space;
  std::uint64_t disk_bytes = 0;
  block_file_name name;
  std::int64_t last_use_ns = 0;
  std::uint64_t erased = 0;   ///< ticket of the erase that came while it was under way; 0: none
  bool stuck_retried = false; ///< files that could not be removed were tried again for its sake
  bool second_try = false;    ///< the disk was full at the first: this one is alone, and blocks are reclaimed for it
  bool room_made = false;     ///< they have been
  result<void> outcome;       ///< written by the job
  bool leftover = false;      ///< written by the job: it failed, and its unfinished file could not be removed
};

void files_core::append(std::vector<append_item> batch) {
  std::vector<std::shared_ptr<append_job>> jobs;
  for (auto& request : batch) {
    auto job = std::make_shared<append_job>();
    job->name.key = request.item.key;
    job->name_space = config_.namespaces->name(request.item.name_space);
    job->disk_bytes = budget_bytes(block_file_length(request.item.payload.size()));
    job->request = std::move(request);
    jobs.push_back(std::move(job));
  }
  const auto now_ns = config_.clock();
  update([&](deferred& later) {
    for (auto& job : jobs) {
      if (auto admitted = admit(*job); !admitted) {
        later.answers.push_back([job, admitted] { job->request.done(admitted); });
        continue;
      }
      job->name.sequence = next_sequence_++;
      job->last_use_ns = last_stamp_ns_ = std::max(last_stamp_ns_ + 1, now_ns);
      waiting_.push_back(std::move(job));
    }
  });
}

/// Whether the append may begin; its `begin` is asked last.
result<void> files_core::admit(const append_job& job) const {
  if (job.disk_bytes > bytes_max_ - files_store_fixed_bytes)
    return {errc::too_large, "a block of " + std::to_string(job.request.item.payload.size()) +
                                 " bytes never fits into bytes_max = " + std::to_string(bytes_max_)};
  if (next_sequence_ >= sequence_end) // somebody has named a file so
    return {errc::io, blocks_ + ": the last sequence has been used; move the file that sorts last away"};
  if (job.request.begin && !job.request.begin())
    return {errc::closed, "given up before it began"};
  return {};
}

/// Starts the appends there is room for, first come, first served. Without room the first waits for removals, for reads
/// that hold the victims, or for appends at work, which become victims; if there is nothing to wait for, it fails.
void files_core::start_appends(deferred& later) {
  while (!waiting_.empty()) {
    const auto next = waiting_.front();
    result<void> refused;
    if (closed_ || stopped_)
      refused = {errc::closed, blocks_ + ": the store was closed before the block was written"};
    else if (const auto disk = room_on_disk(*next); disk == readiness::wait)
      return;
    else if (disk == readiness::hopeless)
      refused = next->outcome;
    else if (used_ + next->disk_bytes <= bytes_max_)
      start_append(next, later);
    else if (make_room(*next))
      return;
    else
      refused = no_room();
    waiting_.pop_front();
    if (refused.ok())
      continue;
    tickets_.erase(next->erased);
    later.answers.push_back([next, refused] { next->request.done(refused); });
  }
}

/// Takes out the least recently used blocks, first of namespaces that nobody has named, until their removal will make
/// room for `next`. Answers whether there is anything to wait for. Never the block that is being replaced: it stays if
/// the write fails.
bool files_core::make_room(append_job& next) {
  if (!std::exchange(next.stuck_retried, true))
    retry_stuck();
  const auto wanted = staying() + next.disk_bytes;
  if (wanted > bytes_max_ && removals_make_room())
    for (const auto& victim : victims_for(next, wanted - bytes_max_))
      take_out(victim, &cold_ledger::reclaimed);
  return leaving_ > 0 || reading_ > 0 || !writing_.empty();
}

/// Whether giving blocks up is likely to make room: not where so much is stuck already, or the directory is elsewhere.
bool files_core::removals_make_room() const {
  const auto stuck = std::accumulate(stuck_.begin(), stuck_.end(), std::uint64_t{0},
                                     [](std::uint64_t sum, const removal& file) { return sum + file.bytes; });
  return in_place_.ok() && stuck <= bytes_max_ / 4;
}

/// Why an append that can wait for nothing is refused.
failure files_core::no_room() const {
  if (!in_place_)
    return in_place_.error();
  const auto budget = ", and bytes_max is " + std::to_string(bytes_max_);
  if (!removals_make_room())
    return {errc::no_space, blocks_ + stuck_.front().name + " and " + std::to_string(stuck_.size() - 1) +
                                " more could not be removed" + budget};
  return {errc::no_space, blocks_ + ": nothing is left to reclaim" + budget};
}

/// Blocks to give up for `next`: none while it is read, nor in favour of another append of its key, as it stays if that
/// one fails.
std::vector<std::shared_ptr<cold_record>> files_core::victims_for(const append_job& next,
                                                                  std::uint64_t disk_bytes) const {
  const auto may_leave = [&](const cold_record& record) {
    return record.readers == 0 && record.key != next.name.key &&
           std::none_of(writing_.begin(), writing_.end(), [&](const auto& job) { return job->name.key == record.key; });
  };
  return index_.victims(disk_bytes, may_leave, config_.namespaces->unclaimed());
}

/// A disk that is full below `bytes_max` (others write to it, too) must not stop the cold tier. The append that it
/// failed is tried once more, alone: when nothing is being written or removed, blocks are reclaimed for it and their
/// files removed (if files can be), and until it has ended no other append takes that room.
files_core::readiness files_core::room_on_disk(append_job& next) {
  if (std::any_of(writing_.begin(), writing_.end(), [](const auto& job) { return job->second_try; }))
    return readiness::wait;
  if (!next.second_try)
    return readiness::go;
  if (!writing_.empty() || leaving_ > 0 || (reading_ > 0 && !next.room_made)) // what is read may be a victim soon
    return readiness::wait;
  if (std::exchange(next.room_made, true))
    return readiness::go;
  const auto victims = victims_for(next, next.disk_bytes);
  const auto bytes = std::accumulate(victims.begin(), victims.end(), std::uint64_t{0},
                                     [](std::uint64_t sum, const auto& victim) { return sum + victim->disk_bytes; });
  if (bytes < next.disk_bytes || !removals_make_room())
    return readiness::hopeless;
  for (const auto& victim : victims)
    take_out(victim, &cold_ledger::reclaimed);
  return readiness::wait;
}

/// Puts an append that found the disk full back into the order in which they came. Answers whether it did.
bool files_core::try_again(const std::shared_ptr<append_job>& job) {
  if (job->outcome.code() != errc::no_space || job->leftover || std::exchange(job->second_try, true))
    return false;
  used_ -= job->disk_bytes;
  const auto later = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const auto& other) { return other->name.sequence > job->name.sequence; });
  waiting_.insert(later, job);
  return true;
}

void files_core::start_append(const std::shared_ptr<append_job>& job, deferred& later) {
  used_ += job->disk_bytes;
  writing_.push_back(job);
  later.jobs.push_back({io_kind::write, job->disk_bytes, [core = shared_from_this(), job] { core->write(*job); },
                        [core = shared_from_this(), job](bool ran) {
                          core->update([&](deferred& next) { core->append_ended(job, ran, next); });
                        }});
}

/// On a thread of the engine, without the mutex: touches what belongs to the job, and what never changes.
void files_core::write(append_job& job) const {
  auto& files = *config_.files;
  if (const auto there = place_->in_place(); !there) {
    job.outcome = {errc::io, there.error().context};
    return;
  }
  job.outcome = write_block_file(files, blocks_, job.name, job.request.item, job.name_space, job.last_use_ns);
  if (job.outcome.ok())
    return;
  const auto removed = files.remove(blocks_ + to_string(job.name, block_file_kind::unfinished));
  job.leftover = !left_nothing(removed);
}

void files_core::append_ended(const std::shared_ptr<append_job>& job, bool ran, deferred& later) {
  std::erase(writing_, job);
  if (!ran) {
    stopped_ = true;
    job->outcome = {errc::closed, blocks_ + ": the I/O engine stopped before the block was written"};
  }
  if (try_again(job))
    return;
  if (job->outcome.ok()) {
    append_persisted(*job);
  } else {
    tickets_.erase(job->erased);
    if (job->leftover)
      stuck_.push_back(
          {to_string(job->name, block_file_kind::unfinished), job->disk_bytes, *tickets_.insert(next_ticket_++).first});
    else
      used_ -= job->disk_bytes;
  }
  later.answers.push_back([job] { job->request.done(job->outcome); });
}

void files_core::append_persisted(const append_job& job) {
  const auto& item = job.request.item;
  activity_.payload_bytes += item.payload.size();
  activity_.written_bytes += block_file_length(item.payload.size());
  unsynced_[item.name_space] += cold_amount{1, item.payload.size()};
  auto record = std::make_shared<cold_record>();
  record->key = item.key;
  record->name_space = item.name_space;
  record->payload_bytes = item.payload.size();
  record->disk_bytes = job.disk_bytes;
  record->sequence = job.name.sequence;
  record->last_use_ns = job.last_use_ns;
  const auto present = index_.find(item.key);
  // Two appends of one key may end in either order: the later one stays, as it would after a restart.
  if (job.erased != 0 || (present != nullptr && present->sequence > record->sequence)) {
    index_.pass_through(*record);
    record->removal = job.erased != 0 ? job.erased : *tickets_.insert(next_ticket_++).first;
    schedule_removal(*record);
    return;
  }
  if (present != nullptr)
    take_out(present, &cold_ledger::erased);
  index_.add(std::move(record), &cold_ledger::persisted);
}

void files_core::mark_erased(const std::function<bool(const block&)>& matches) {
  const auto mark = [&](const std::shared_ptr<append_job>& job) {
    if (job->erased == 0 && matches(job->request.item))
      job->erased = *tickets_.insert(next_ticket_++).first;
  };
  std::for_each(waiting_.begin(), waiting_.end(), mark);
  std::for_each(writing_.begin(), writing_.end(), mark);
}

} // namespace hearth::storage
