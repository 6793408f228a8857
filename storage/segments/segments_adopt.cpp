#include "storage/segments/segments_jobs.hpp"

namespace hearth::storage {

result<void> segments_core::adopt(segments_found& found) {
  std::lock_guard guard{mutex_};
  appends_.number_from(found.next_sequence);
  next_generation_ = found.next_generation;
  taken_.insert(found.taken.begin(), found.taken.end());
  for (const auto& name : found.useless)
    if (auto removed = config_.files->remove(folder_ + name); !removed && removed.code() != errc::not_found)
      return removed;
  for (const auto& one : found.segments)
    if (auto adopted = adopt(one); !adopted)
      return adopted;
  for (const auto& block : found.blocks)
    adopt(block);
  note_free(config_.files->free_bytes(folder_));
  return shrink_at_open(found);
}

/// The last segment that was not complete goes on, if there is room worth it; the index of any other is written soon.
result<void> segments_core::adopt(const found_segment& found) {
  auto opened = config_.files->open(folder_ + to_string(found.slot, segment_file_kind::data), open_mode::read_write,
                                    caching::direct);
  if (!opened)
    return opened.error();
  auto& one = segments_.add(found.slot);
  one.generation = found.generation;
  one.bytes = found.bytes;
  one.records_max = found.records_max;
  one.cursor = found.cursor;
  one.records = found.records;
  one.target = std::move(*opened);
  one.state = segment_state::sealed;
  one.index_dirty = found.index_stale;
  budget_.take(one);
  if (found.sealed)
    return {};
  one.data_dirty = true; // what was found behind its index may not be durable
  placement_.adopt(one);
  return {};
}

void segments_core::adopt(const found_block& found) {
  indexed_block block;
  block.key = found.key;
  block.sequence = found.sequence;
  block.payload_bytes = found.payload_bytes;
  block.name_space = found.name_space;
  block.slot = found.slot;
  block.page = found.page;
  placement_.note_record(segment_record_bytes(found.payload_bytes));
  present_.recovered(block);
}

/// The budget may be smaller than before. Nobody had the time to claim a namespace: all are alike.
result<void> segments_core::shrink_at_open(segments_found& found) {
  while (budget_.exceeded()) {
    const auto slot = pick_victim([](const segment&) { return true; }, {});
    if (!slot)
      break;
    auto& victim = segments_.at(*slot);
    found.report.reclaimed += victim.live_blocks;
    present_.reclaim(victim);
    if (auto removed = remove_files(*slot); !removed)
      return {errc::io, removed.error().context + "; the store takes " + std::to_string(budget_.used()) +
                            " bytes, bytes_max is " + std::to_string(budget_.bytes_max()) +
                            "; see to the directory's permissions or raise the limit"};
    placement_.forget(*slot);
    forget(victim);
  }
  return {};
}

} // namespace hearth::storage
