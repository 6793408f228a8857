#include "storage/format/whole_file.hpp"
#include "storage/segments/segments_jobs.hpp"

#include <algorithm>

namespace hearth::storage {

void segments_core::sync(std::function<void(result<void>)> done) {
  update([&](deferred&) {
    shrink_refused_ = false;
    syncs_.push_back({std::move(done), appends_.next_order()});
  });
}

void segments_core::sync_soon() {
  update([&](deferred&) { sync_wanted_ = true; });
}

/// Whether everything that was placed before `sync` was asked for has been written, and no index that lists an erased
/// block is being replaced by other means.
bool segments_core::may_start(const waiting_sync& sync) const {
  if (appends_.oldest_unwritten() < sync.order_end)
    return false;
  return !(preparing_ && preparing_->at_work && preparing_->victim && segments_.at(*preparing_->victim).index_dirty);
}

bool segments_core::checkpoint_due() const {
  if (std::any_of(syncs_.begin(), syncs_.end(), [&](const auto& sync) { return may_start(sync); }))
    return true;
  if (sync_wanted_ && config_.free_bytes_min != 0)
    return true;
  const auto& sealing = segments_.sealing();
  if (std::any_of(sealing.begin(), sealing.end(), [&](auto slot) { return segments_.at(slot).writes.empty(); }))
    return true;
  const bool many = config_.sync_bytes != 0 && unsynced_bytes_ >= config_.sync_bytes;
  return (many || sync_wanted_) && std::any_of(segments_.all().begin(), segments_.all().end(), [](const auto& one) {
           return one.second.data_dirty || one.second.index_dirty;
         });
}

/// One job makes durable what was written, and then writes the indexes of all segments that changed.
void segments_core::start_checkpoint(deferred& later) {
  if (checkpointing_ || stopped_)
    return;
  checkpointing_ = checkpoint_due();
  sync_wanted_ = false; // or there was nothing to sync
  if (!checkpointing_)
    return;
  unsynced_bytes_ = 0;
  const auto job = std::make_shared<checkpoint_job>();
  job->persisted.swap(unsynced_);
  std::erase_if(syncs_, [&](waiting_sync& sync) {
    if (!may_start(sync))
      return false;
    job->waiting.push_back(std::move(sync.done));
    return true;
  });
  for (auto& [slot, one] : segments_.all()) {
    const bool complete = one.state == segment_state::sealing && one.writes.empty();
    const bool dirty = one.data_dirty || one.index_dirty || complete;
    const bool busy = preparing_ && preparing_->at_work && preparing_->victim == slot;
    job->complete = job->complete && !(dirty && busy);
    if (!dirty || busy || one.target == nullptr)
      continue;
    job->parts.push_back({index_of(one), one.target, one.data_dirty});
    one.data_dirty = one.index_dirty = false;
    one.in_checkpoint = true;
  }
  const auto since = activity_.written_bytes - recency_at_;
  job->recency = !job->waiting.empty() || since >= budget_.bytes_max() / 4;
  if (job->recency)
    recency_at_ = activity_.written_bytes;
  later.jobs.push_back({io_kind::metadata, 0, [core = shared_from_this(), job] { core->work(*job); },
                        [core = shared_from_this(), job](bool ran) {
                          core->update([&](deferred& then) { core->checkpoint_ended(*job, ran, then); });
                        }});
}

segment_index segments_core::index_of(const segment& of) const {
  const bool complete = of.state != segment_state::open && of.writes.empty();
  segment_index index{store_, of.slot, of.generation, of.bytes, of.written(), of.records_max, complete, {}, {}};
  std::map<namespace_id, std::uint16_t> names;
  for (auto id = of.blocks.first; id != no_record; id = present_.next_in_segment(id)) {
    const auto& found = present_.at(id);
    const auto offset = std::uint64_t{found.page} * page_size;
    if (offset >= index.covered_bytes)
      continue; // written out of turn: recovery looks there for itself
    const auto name_space = static_cast<namespace_id>(found.name_space);
    const auto [name, added] = names.emplace(name_space, static_cast<std::uint16_t>(index.names.size()));
    if (added)
      index.names.push_back(config_.namespaces->name(name_space));
    index.entries.push_back({found.key, found.sequence, offset, found.payload_bytes, name->second, 0, 0, 0});
  }
  std::sort(index.entries.begin(), index.entries.end(),
            [](const auto& a, const auto& b) { return a.offset < b.offset; });
  return index;
}

/// On a thread of the engine, without the mutex but for the snapshot of recency.
void segments_core::work(checkpoint_job& job) {
  // All data first: an index may leave out what another segment has a later record of.
  for (const auto& part : job.parts)
    if (job.outcome && part.sync_data)
      job.outcome = part.target->sync();
  if (job.outcome) // whatever has taken the directory's place is somebody else's
    job.outcome = place_->in_place();
  const bool durable = job.outcome.ok();
  for (const auto& part : job.parts) {
    if (!durable)
      break;
    part.target->forget_cached(0, part.index.covered_bytes);
    const auto bytes = encode(part.index);
    auto done = replace_file(*config_.files, folder_ + to_string(part.index.slot, segment_file_kind::index), bytes);
    job.written_bytes += bytes.size();
    if (job.outcome)
      job.outcome = done;
  }
  if (job.recency && durable) { // only a hint: that it could not be written is no failure
    const auto bytes = recency_snapshot();
    if (replace_file(*config_.files, folder_ + recency_name, bytes))
      job.written_bytes += bytes.size();
  }
  if (job.outcome)
    job.outcome = config_.files->sync_names(folder_);
  job.free = config_.files->free_bytes(folder_);
}

void segments_core::checkpoint_ended(checkpoint_job& job, bool ran, deferred& later) {
  checkpointing_ = false;
  if (!ran) {
    stopped_ = true;
    job.outcome = {errc::closed, folder_ + ": not synced, the I/O engine stopped"};
  } else if (!job.outcome) {
    job.outcome = {errc::io, job.outcome.error().context};
  }
  for (auto& part : job.parts) {
    part.target.reset(); // whoever removes the file next closes it
    auto& of = segments_.at(part.index.slot);
    of.in_checkpoint = false;
    if (part.index.sealed && of.state == segment_state::sealing)
      segments_.complete(of);
    if (!job.outcome) { // also those that went well: their names may not be durable
      of.data_dirty = of.data_dirty || part.sync_data;
      of.index_dirty = true;
    }
  }
  if (ran)
    note_free(job.free);
  activity_.written_bytes += job.written_bytes;
  if (!job.outcome)
    ++activity_.sync_failures;
  else if (job.complete)
    ++activity_.syncs;
  for (const auto& [name_space, amount] : job.persisted) {
    if (job.outcome)
      present_.synced(name_space, amount);
    else
      unsynced_[name_space] += amount;
  }
  if (job.outcome)
    growth_refused_ = false; // others may have given the disk room again
  for (auto& done : job.waiting)
    later.answers.push_back([done = std::move(done), outcome = job.outcome] { done(outcome); });
}

/// Sequences in their order of use, the last used ones if there is not room for all. Walks in steps, so that the mutex
/// is free in between; what is used meanwhile is met again, and its last place counts.
std::vector<std::byte> segments_core::recency_snapshot() {
  constexpr std::size_t step = 4096;
  std::vector<std::uint64_t> sequences;
  for (auto steps = std::size_t{0}, steps_max = std::size_t{1}; steps < steps_max; ++steps) {
    std::lock_guard guard{mutex_};
    if (steps == 0) {
      present_.start_walk();
      steps_max += 2 * (present_.size() / step + 1); // should blocks be used faster than walked over
    }
    if (!present_.walk(step, sequences))
      break;
  }
  const auto most = static_cast<std::size_t>(recency_entries_max(config_));
  if (sequences.size() > most)
    sequences.erase(sequences.begin(), sequences.end() - static_cast<std::ptrdiff_t>(most));
  return encode_recency(store_, sequences);
}

} // namespace hearth::storage
