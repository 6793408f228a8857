#include "storage/cold_index.hpp"

#include <cassert>

namespace hearth::storage {

std::shared_ptr<cold_record> cold_index::find(const block_key& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : found->second;
}

void cold_index::add(std::shared_ptr<cold_record> record, cold_amount cold_ledger::*origin) {
  ledgers_.enter(record->name_space, record->payload_bytes, record->disk_bytes, origin);
  [[maybe_unused]] const bool placed = order_.emplace(place_of(*record), record).second;
  [[maybe_unused]] const bool added = records_.emplace(record->key, record).second;
  assert(placed && added);
}

void cold_index::take_out(const cold_record& record, cold_amount cold_ledger::*reason) {
  ledgers_.leave(record.name_space, record.payload_bytes, record.disk_bytes, reason);
  // `record` may live in the index alone: its key goes last.
  const auto found = records_.find(record.key);
  assert(found != records_.end() && found->second.get() == &record);
  order_.erase(place_of(record));
  records_.erase(found);
  assert(order_.size() == records_.size());
}

void cold_index::touch(cold_record& record, std::int64_t time_ns) {
  auto moved = order_.extract(place_of(record));
  assert(!moved.empty());
  record.last_use_ns = time_ns;
  moved.key() = place_of(record);
  order_.insert(order_.end(), std::move(moved));
  assert(order_.rbegin()->second.get() == &record);
}

std::shared_ptr<cold_record> cold_index::victim(const std::function<bool(const cold_record&)>& may_leave) const {
  for (const auto& [at, record] : order_)
    if (may_leave(*record))
      return record;
  return nullptr;
}

std::vector<std::shared_ptr<cold_record>> cold_index::records(std::optional<namespace_id> name_space) const {
  std::vector<std::shared_ptr<cold_record>> found;
  for (const auto& [at, record] : order_)
    if (!name_space || record->name_space == *name_space)
      found.push_back(record);
  return found;
}

} // namespace hearth::storage
