#include "storage/segments/segment_checkpoints.hpp"

#include "storage/format/page.hpp"

#include <algorithm>
#include <utility>

namespace hearth::storage {

/// Whether the sync may start: all appends placed before the sync have been written, and the busy segment has no dirty
/// index. A checkpoint leaves the busy segment out, and that segment's index on disk may list an erased block.
bool segment_checkpoints::may_start(const waiting_sync& sync, const checkpoint_moment& now) const {
  return now.oldest_unwritten >= sync.order_end && !(now.busy && segments_.at(*now.busy).index_dirty);
}

bool segment_checkpoints::due(const checkpoint_moment& now) const {
  if (std::any_of(syncs_.begin(), syncs_.end(), [&](const auto& sync) { return may_start(sync, now); }))
    return true;
  if (soon_ && config_.free_bytes_min != 0)
    return true; // each checkpoint also measures the free space
  const auto& sealing = segments_.sealing();
  if (std::any_of(sealing.begin(), sealing.end(), [&](auto slot) { return segments_.at(slot).writes.empty(); }))
    return true;
  const bool many = config_.sync_bytes != 0 && unsynced_bytes_ >= config_.sync_bytes;
  return (many || soon_) && std::any_of(segments_.all().begin(), segments_.all().end(), [](const auto& one) {
           return one.second.data_dirty || one.second.index_dirty;
         });
}

std::shared_ptr<checkpoint_job> segment_checkpoints::start(const checkpoint_moment& now) {
  if (in_flight_)
    return nullptr;
  in_flight_ = due(now);
  soon_ = false; // also if there is nothing to sync
  if (!in_flight_)
    return nullptr;
  unsynced_bytes_ = 0;
  auto job = std::make_shared<checkpoint_job>();
  job->persisted.swap(unsynced_);
  std::erase_if(syncs_, [&](waiting_sync& sync) {
    if (!may_start(sync, now))
      return false;
    job->waiting.push_back(std::move(sync.done));
    return true;
  });
  for (auto& [slot, one] : segments_.all()) {
    const bool full = one.state == segment_state::sealing && one.writes.empty();
    const bool dirty = one.data_dirty || one.index_dirty || full;
    const bool busy = now.busy == slot;
    job->complete = job->complete && !(dirty && busy);
    if (!dirty || busy || one.target == nullptr)
      continue;
    job->parts.push_back({index_of(one), one.target, one.data_dirty});
    one.data_dirty = one.index_dirty = false;
    one.in_checkpoint = true;
  }
  job->recency = !job->waiting.empty() || now.written_bytes - recency_at_ >= now.bytes_max / 4;
  if (job->recency)
    recency_at_ = now.written_bytes;
  return job;
}

segment_index segment_checkpoints::index_of(const segment& of) const {
  const bool to_be_filled = of.state == segment_state::ready || of.state == segment_state::open;
  const bool complete = !to_be_filled && of.writes.empty();
  segment_index index{store_, of.slot, of.generation, of.bytes, of.written(), of.records_max, complete, {}, {}};
  std::map<namespace_id, std::uint16_t> names;
  for (auto id = of.blocks.first; id != no_record; id = present_.next_in_segment(id)) {
    const auto& found = present_.at(id);
    const auto offset = std::uint64_t{found.page} * page_size;
    if (offset >= index.covered_bytes)
      continue; // written out of order: recovery reads this record from the segment's data
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

void segment_checkpoints::ended(checkpoint_job& job) {
  in_flight_ = false;
  for (auto& part : job.parts) {
    part.target.reset(); // drops the reference: a later removal then closes the file
    auto& of = segments_.at(part.index.slot);
    of.in_checkpoint = false;
    if (part.index.sealed && of.state == segment_state::sealing)
      segments_.complete(of);
    if (!job.outcome) { // also for indexes that were written: their names may not be durable
      of.data_dirty = of.data_dirty || part.sync_data;
      of.index_dirty = true;
    }
  }
  for (const auto& [name_space, amount] : job.persisted) {
    if (job.outcome)
      present_.synced(name_space, amount);
    else
      unsynced_[name_space] += amount;
  }
}

std::vector<segment_checkpoints::listener> segment_checkpoints::take_waiting() {
  std::vector<listener> waiting;
  for (auto& sync : std::exchange(syncs_, {}))
    waiting.push_back(std::move(sync.done));
  return waiting;
}

} // namespace hearth::storage
