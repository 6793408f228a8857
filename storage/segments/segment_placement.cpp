#include "storage/segments/segment_placement.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::storage {

namespace {

bool fits(const segment& in, std::uint64_t record_bytes) {
  return in.bytes - in.cursor >= record_bytes && in.records < in.records_max;
}

} // namespace

std::optional<segment_offset> segment_placement::place(std::uint64_t record_bytes) {
  const bool alone = segment_records_max(config_, record_bytes) == 1;
  if (!alone && open_) {
    if (auto& open = segments_.at(*open_); fits(open, record_bytes))
      return put(open, record_bytes);
    seal_open();
  }
  const auto next = std::find_if(ready_.begin(), ready_.end(), [&](std::uint32_t slot) {
    const auto& one = segments_.at(slot);
    return (one.records_max == 1) == alone && fits(one, record_bytes);
  });
  if (next == ready_.end())
    return std::nullopt;
  auto& in = segments_.at(*next);
  ready_.erase(next);
  in.state = segment_state::open;
  if (!alone)
    open_ = in.slot;
  return put(in, record_bytes);
}

std::optional<segment_offset> segment_placement::place_copy(std::uint64_t record_bytes) {
  if (!open_ || segment_records_max(config_, record_bytes) == 1)
    return std::nullopt;
  auto& open = segments_.at(*open_);
  if (!fits(open, record_bytes))
    return std::nullopt;
  return put(open, record_bytes);
}

segment_offset segment_placement::put(segment& in, std::uint64_t record_bytes) {
  const segment_offset at{in.slot, in.cursor};
  in.writes.insert(in.writes.end(), at.offset);
  in.cursor += record_bytes;
  ++in.records;
  last_record_bytes_ = record_bytes;
  if (in.records_max == 1)
    segments_.seal(in);
  return at;
}

void segment_placement::adopt(segment& found) {
  const bool newer_one = open_ && segments_.at(*open_).generation > found.generation;
  if (newer_one || found.records_max == 1 || found.bytes - found.cursor < found.bytes / 4)
    return segments_.seal(found);
  seal_open();
  open_ = found.slot;
  found.state = segment_state::open;
}

void segment_placement::add_ready(segment& made) {
  assert(made.cursor == 0 && made.records == 0 && made.writes.empty());
  made.state = segment_state::ready;
  ready_.push_back(made.slot);
}

std::optional<std::uint32_t> segment_placement::take_ready() {
  if (ready_.empty())
    return std::nullopt;
  const auto slot = ready_.back();
  ready_.pop_back();
  return slot;
}

bool segment_placement::seal_open() {
  if (!open_)
    return false;
  segments_.seal(segments_.at(*open_));
  open_.reset();
  return true;
}

void segment_placement::no_space_in(std::uint32_t slot) {
  if (open_ == slot)
    seal_open();
}

void segment_placement::forget(std::uint32_t slot) {
  if (open_ == slot)
    open_.reset();
}

bool segment_placement::nearly_full() const {
  if (!open_ || !ready_.empty())
    return false;
  const auto& open = segments_.at(*open_);
  return open.bytes - open.cursor < std::min(config_.reclaim_ahead_bytes, open.bytes / 4);
}

} // namespace hearth::storage
