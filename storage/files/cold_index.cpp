#include "storage/files/cold_index.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::storage {

std::shared_ptr<cold_record> cold_index::find(const block_key& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : found->second;
}

void cold_index::add(std::shared_ptr<cold_record> record, cold_amount cold_ledger::*origin) {
  ledgers_.enter(record->name_space, record->payload_bytes, record->disk_bytes, origin);
  [[maybe_unused]] const bool placed = orders_[record->name_space].emplace(place_of(*record), record).second;
  [[maybe_unused]] const bool added = records_.emplace(record->key, record).second;
  assert(placed && added);
}

void cold_index::take_out(const cold_record& record, cold_amount cold_ledger::*reason) {
  ledgers_.leave(record.name_space, record.payload_bytes, record.disk_bytes, reason);
  // `record` may live in the index alone: its key goes last.
  const auto found = records_.find(record.key);
  assert(found != records_.end() && found->second.get() == &record);
  [[maybe_unused]] const auto left = orders_[record.name_space].erase(place_of(record));
  assert(left == 1);
  records_.erase(found);
}

void cold_index::touch(cold_record& record, std::int64_t time_ns) {
  auto& order = orders_[record.name_space];
  auto moved = order.extract(place_of(record));
  assert(!moved.empty());
  record.last_use_ns = time_ns;
  moved.key() = place_of(record);
  order.insert(order.end(), std::move(moved));
  assert(order.rbegin()->second.get() == &record);
}

std::vector<std::shared_ptr<cold_record>> cold_index::victims(std::uint64_t disk_bytes,
                                                              const std::function<bool(const cold_record&)>& may_leave,
                                                              std::span<const namespace_id> first) const {
  struct queue {
    order::const_iterator next;
    order::const_iterator end;
    bool waits = false; ///< not of the first
  };
  std::vector<queue> queues; // what may leave of each namespace, oldest use first
  const auto skip = [&](queue& of) {
    of.next = std::find_if(of.next, of.end, [&](const auto& entry) { return may_leave(*entry.second); });
  };
  for (const auto& [name_space, records] : orders_) {
    queues.push_back({records.begin(), records.end(), !std::binary_search(first.begin(), first.end(), name_space)});
    skip(queues.back());
  }
  const auto later = [](const queue& a, const queue& b) {
    return std::pair{a.waits, a.next->first} > std::pair{b.waits, b.next->first};
  };
  std::erase_if(queues, [](const queue& one) { return one.next == one.end; });
  std::make_heap(queues.begin(), queues.end(), later);
  std::vector<std::shared_ptr<cold_record>> chosen;
  for (std::uint64_t bytes = 0; bytes < disk_bytes && !queues.empty();) {
    std::pop_heap(queues.begin(), queues.end(), later);
    auto& from = queues.back();
    chosen.push_back(from.next->second);
    bytes += chosen.back()->disk_bytes;
    ++from.next;
    skip(from);
    if (from.next == from.end)
      queues.pop_back();
    else
      std::push_heap(queues.begin(), queues.end(), later);
  }
  return chosen;
}

std::vector<std::shared_ptr<cold_record>> cold_index::records(std::optional<namespace_id> name_space) const {
  std::vector<std::shared_ptr<cold_record>> found;
  for (const auto& [id, order] : orders_)
    if (!name_space || id == *name_space)
      for (const auto& [at, record] : order)
        found.push_back(record);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return place_of(*a) < place_of(*b); });
  return found;
}

} // namespace hearth::storage
