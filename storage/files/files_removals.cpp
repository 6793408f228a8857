#include "storage/files/files_core.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <numeric>

namespace hearth::storage {

namespace {

/// Files that one job unlinks: few enough that an append which waits for room gets it soon.
constexpr std::size_t removals_at_once = 64;

} // namespace

void files_core::take_out(const std::shared_ptr<cold_record>& record, cold_amount cold_ledger::*reason) {
  const auto kept = record; // `record` may be the index's own
  index_.take_out(*kept, reason);
  if (reason == &cold_ledger::reclaimed)
    reclaimed_.push_back(kept->key);
  kept->removal = *tickets_.insert(next_ticket_++).first;
  if (kept->readers == 0)
    schedule_removal(*kept);
  else
    held_ += kept->disk_bytes;
}

void files_core::schedule_removal(const cold_record& record) {
  assert(record.readers == 0 && record.removal != 0);
  schedule_removal(
      {to_string({record.sequence, record.key}, block_file_kind::complete), record.disk_bytes, record.removal});
}

void files_core::schedule_removal(removal file) {
  leaving_ += file.bytes;
  doomed_.push_back(std::move(file));
}

/// Takes out the least recently used until what stays is within the budget, those of the namespaces `first` before all
/// others. No block leaves in the place of a file that cannot be removed, which is tried again, nor of one that is
/// read, whose turn comes when it is not.
void files_core::shrink(std::span<const namespace_id> first) {
  const auto budget = std::accumulate(stuck_.begin(), stuck_.end(), bytes_max_,
                                      [](std::uint64_t sum, const removal& file) { return sum + file.bytes; });
  if (staying() <= budget)
    return;
  const auto unread = [](const cold_record& record) { return record.readers == 0; };
  for (const auto& victim : index_.victims(staying() - budget, unread, first))
    take_out(victim, &cold_ledger::reclaimed);
}

void files_core::retry_stuck() {
  for (auto& file : std::exchange(stuck_, {}))
    schedule_removal(std::move(file));
}

void files_core::start_removals(deferred& later) {
  if (removing_ || stopped_ || doomed_.empty())
    return;
  removing_ = true;
  const auto count = static_cast<std::ptrdiff_t>(std::min(doomed_.size(), removals_at_once));
  const auto job = std::make_shared<removal_job>();
  job->files.assign(doomed_.begin(), doomed_.begin() + count);
  doomed_.erase(doomed_.begin(), doomed_.begin() + count);
  later.jobs.push_back({io_kind::metadata, 0, [core = shared_from_this(), job] { core->unlink(*job); },
                        [core = shared_from_this(), job](bool ran) {
                          core->update([&](deferred&) {
                            core->removing_ = false;
                            core->stopped_ = core->stopped_ || !ran;
                            core->removals_ended(*job);
                          });
                        }});
}

/// On a thread of the engine, without the mutex. A file that is gone already is removed as well as one can wish, and so
/// is one in whose place somebody has put something that is no file. If the directory is gone from its path, its files
/// are not: it may have been renamed, and come back.
void files_core::unlink(removal_job& job) const {
  for (auto& file : job.files) {
    job.in_place = place_->in_place();
    if (!job.in_place)
      continue;
    const auto unlinked = config_.files->remove(blocks_ + file.name);
    if (unlinked.code() == errc::not_found)
      job.in_place = place_->in_place();
    file.removed = unlinked.ok() || unlinked.code() == errc::invalid_argument ||
                   (unlinked.code() == errc::not_found && job.in_place.ok());
  }
}

void files_core::removals_ended(removal_job& job) {
  in_place_ = job.in_place;
  for (auto& file : job.files) {
    leaving_ -= file.bytes;
    if (!file.removed) {
      stuck_.push_back(std::move(file));
      continue;
    }
    used_ -= file.bytes;
    tickets_.erase(file.ticket);
    removed_since_sync_ = true;
  }
}

void files_core::sync(std::function<void(result<void>)> done) {
  update([&](deferred&) {
    retry_stuck();
    syncs_.push_back({std::move(done), next_ticket_});
  });
}

/// A sync may start when every removal that was decided before it has happened. One that cannot happen fails it: after
/// a power cut the erased block would be found again. One job at a time, for all that may start.
void files_core::start_syncs(deferred& later) {
  std::vector<std::function<void(result<void>)>> ready;
  const auto ended = [&](const waiting_sync& sync) {
    const auto answer = [&](errc code, std::string context) {
      later.answers.push_back([done = sync.done, error = failure{code, std::move(context)}] { done(error); });
      return true;
    };
    if (closed_ || stopped_)
      return answer(errc::closed, blocks_ + ": not synced, because the store was closed or its I/O engine stopped");
    const auto stuck =
        std::find_if(stuck_.begin(), stuck_.end(), [&](const removal& file) { return file.ticket < sync.tickets_end; });
    if (stuck != stuck_.end())
      return answer(errc::io, blocks_ + stuck->name +
                                  ": could not be removed, so its block would be found again "
                                  "after a power cut; the next sync tries once more");
    if (syncing_ || (!tickets_.empty() && *tickets_.begin() < sync.tickets_end))
      return false;
    ready.push_back(std::move(sync.done));
    return true;
  };
  std::erase_if(syncs_, ended);
  if (!ready.empty())
    start_sync(std::move(ready), later);
}

void files_core::start_sync(std::vector<std::function<void(result<void>)>> waiting, deferred& later) {
  struct job {
    std::vector<std::function<void(result<void>)>> waiting;
    std::map<namespace_id, cold_amount> persisted;
    result<void> outcome;
  };
  const auto at_work = std::make_shared<job>();
  at_work->waiting = std::move(waiting);
  at_work->persisted.swap(unsynced_);
  syncing_ = true;
  removed_since_sync_ = false;
  const auto ended = [core = shared_from_this(), at_work](bool ran) {
    if (!ran)
      at_work->outcome = {errc::closed, core->blocks_ + ": not synced, the I/O engine stopped"};
    core->update([&](deferred& next) {
      core->syncing_ = false;
      core->stopped_ = core->stopped_ || !ran;
      core->removed_since_sync_ = core->removed_since_sync_ || !at_work->outcome;
      ++(at_work->outcome ? core->activity_.syncs : core->activity_.sync_failures);
      for (const auto& [name_space, amount] : at_work->persisted) {
        if (at_work->outcome)
          core->index_.sync(name_space, amount);
        else
          core->unsynced_[name_space] += amount;
      }
      for (const auto& done : at_work->waiting)
        next.answers.push_back([done, at_work] { done(at_work->outcome); });
    });
  };
  later.jobs.push_back({io_kind::metadata, 0,
                        [core = shared_from_this(), at_work] { at_work->outcome = core->disk_->sync_all(); }, ended});
}

void files_core::sync_soon() {
  update([&](deferred&) {
    if (!unsynced_.empty() || removed_since_sync_ || leaving_ > 0)
      syncs_.push_back({[](const result<void>&) {}, next_ticket_}); // seen in the ledger
  });
}

} // namespace hearth::storage
