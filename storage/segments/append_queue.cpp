#include "storage/segments/append_queue.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hearth::storage {

void append_queue::add(append added) {
  added->sequence = next_sequence_++;
  waiting_.push_back(std::move(added));
}

append_queue::append append_queue::take_first() {
  assert(any_waiting());
  auto first = std::move(waiting_.front());
  waiting_.pop_front();
  return first;
}

void append_queue::place(append placed, const segment_offset& at) {
  placed->at = at;
  placed->order = next_order_++;
  placed_.push_back(std::move(placed));
}

std::shared_ptr<record_write> append_queue::gather(const segment_table& segments) {
  if (placed_.empty() || writing_.size() >= config_.writes_in_flight)
    return nullptr;
  const auto start = placed_.front()->at;
  std::uint64_t bytes = 0;
  std::size_t count = 0;
  for (const auto& record : placed_) {
    if (record->at != segment_offset{start.slot, start.offset + bytes} || count == records_at_once ||
        (count > 0 && bytes >= config_.write_bytes))
      break;
    bytes += record->record_bytes;
    ++count;
  }
  if (bytes < config_.write_bytes && count == placed_.size() && !writing_.empty())
    return nullptr; // more records may come to join this write
  const auto& in = segments.at(start.slot);
  const auto write = std::make_shared<record_write>();
  write->number = next_write_++;
  write->slot = in.slot;
  write->generation = in.generation;
  write->offset = start.offset;
  write->bytes = bytes;
  write->target = in.target;
  const auto end = placed_.begin() + static_cast<std::ptrdiff_t>(count);
  write->records.assign(placed_.begin(), end);
  placed_.erase(placed_.begin(), end);
  writing_.emplace(write->number, write);
  return write;
}

std::uint64_t append_queue::oldest_unwritten() const {
  auto oldest = all_written;
  if (!placed_.empty())
    oldest = placed_.front()->order;
  if (!writing_.empty())
    oldest = std::min(oldest, writing_.begin()->second->records.front()->order);
  return oldest;
}

void append_queue::mark_erased(const std::function<bool(const block&)>& matches) {
  const auto mark = [&](const append& one) { one->erased = one->erased || matches(one->request.item); };
  std::for_each(placed_.begin(), placed_.end(), mark);
  for (const auto& [number, write] : writing_)
    std::for_each(write->records.begin(), write->records.end(), mark);
}

std::vector<append_queue::append> append_queue::take_waiting(const matcher& matches) {
  std::vector<append> taken;
  std::erase_if(waiting_, [&](const append& one) {
    if (!matches(*one))
      return false;
    taken.push_back(one);
    return true;
  });
  return taken;
}

} // namespace hearth::storage
