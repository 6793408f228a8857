#include "storage/segments/segment_files.hpp"

#include "storage/format/whole_file.hpp"
#include "storage/segments/recency.hpp"

namespace hearth::storage {

void segment_files::prepare(segment_job& job) const {
  for (const auto& copied_to : job.copied_to)
    if (job.outcome = copied_to->sync(); !job.outcome)
      return;
  if (job.outcome = place_->in_place(); !job.outcome)
    return;
  const auto slot = job.fresh.slot;
  switch (job.what) {
  case segment_work::make: return make(job);
  case segment_work::recycle:
    job.outcome = write_segment_index(*files_, path(slot, segment_file_kind::index), job.fresh);
    // If the disk is too full for the new index, removing the old one has the same effect: recovery accepts no record
    // without an index.
    if (job.outcome.code() == errc::no_space) {
      job.without_index = true;
      if (job.outcome = files_->remove(path(slot, segment_file_kind::index)); job.outcome.code() == errc::not_found)
        job.outcome = {};
    }
    if (job.outcome)
      job.outcome = files_->sync_names(folder_);
    return;
  case segment_work::remove:
    job.outcome = remove(slot);
    if (job.outcome)
      job.target.reset(); // frees the disk space before the budget counts on it
  }
}

void segment_files::make(segment_job& job) const {
  const auto slot = job.fresh.slot;
  auto made = files_->open(path(slot, segment_file_kind::data), open_mode::create, caching::direct);
  if (!made) {
    job.outcome = made.error();
    return; // a file of this name may be foreign
  }
  job.target = std::move(*made);
  job.outcome = job.target->reserve(job.fresh.segment_bytes);
  if (job.outcome)
    job.outcome = write_segment_index(*files_, path(slot, segment_file_kind::index), job.fresh);
  if (job.outcome)
    job.outcome = files_->sync_names(folder_);
  if (!job.outcome) {
    job.left_behind = !remove(slot);
    job.target.reset();
  }
}

void segment_files::checkpoint(checkpoint_job& job, const std::function<std::vector<std::byte>()>& recency) const {
  // All data first: an index may leave out a block because another segment has a later record of it.
  for (const auto& part : job.parts)
    if (job.outcome && part.sync_data)
      job.outcome = part.target->sync();
  if (job.outcome) // a directory that has taken the place is foreign
    job.outcome = place_->in_place();
  const bool durable = job.outcome.ok();
  for (const auto& part : job.parts) {
    if (!durable)
      break;
    part.target->forget_cached(0, part.index.covered_bytes);
    const auto bytes = encode(part.index);
    auto done = replace_file(*files_, path(part.index.slot, segment_file_kind::index), bytes);
    job.written_bytes += bytes.size();
    if (job.outcome)
      job.outcome = done;
  }
  if (job.recency && durable) { // only a hint: failing to write it is not an error
    const auto bytes = recency();
    if (replace_file(*files_, folder_ + recency_name, bytes))
      job.written_bytes += bytes.size();
  }
  if (job.outcome)
    job.outcome = files_->sync_names(folder_);
  job.free = free_bytes();
}

result<void> segment_files::remove(std::uint32_t slot) const {
  for (const auto kind : {segment_file_kind::index, segment_file_kind::data})
    if (auto removed = files_->remove(path(slot, kind)); !left_nothing(removed))
      return removed;
  return {};
}

} // namespace hearth::storage
