#include "storage/cold_index.hpp"

#include <cassert>

namespace hearth::storage {

namespace {

constexpr cold_amount cold_ledger::*ways_in[] = {&cold_ledger::recovered, &cold_ledger::persisted};
constexpr cold_amount cold_ledger::*places[] = {&cold_ledger::present, &cold_ledger::reclaimed, &cold_ledger::erased,
                                                &cold_ledger::expired, &cold_ledger::corrupt};

[[maybe_unused]] bool balanced(const cold_ledger& ledger) {
  cold_amount in;
  cold_amount out;
  for (const auto way : ways_in)
    in += ledger.*way;
  for (const auto place : places)
    out += ledger.*place;
  return in == out;
}

} // namespace

std::shared_ptr<cold_record> cold_index::find(const block_key& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : found->second;
}

void cold_index::add(std::shared_ptr<cold_record> record, cold_amount cold_ledger::*origin) {
  const cold_amount amount{1, record->payload_bytes};
  auto& ledger = ledgers_[record->name_space];
  ledger.*origin += amount;
  ledger.present += amount;
  ledger.bytes_on_disk += record->disk_bytes;
  [[maybe_unused]] const bool placed = order_.emplace(place_of(*record), record).second;
  [[maybe_unused]] const bool added = records_.emplace(record->key, record).second;
  assert(placed && added);
  check(record->name_space);
}

void cold_index::take_out(const cold_record& record, cold_amount cold_ledger::*reason) {
  const auto name_space = record.name_space;
  const cold_amount amount{1, record.payload_bytes};
  auto& ledger = ledgers_[name_space];
  ledger.present.blocks -= amount.blocks;
  ledger.present.bytes -= amount.bytes;
  ledger.bytes_on_disk -= record.disk_bytes;
  ledger.*reason += amount;
  // `record` may live in the index alone: its key goes last.
  const auto found = records_.find(record.key);
  assert(found != records_.end() && found->second.get() == &record);
  order_.erase(place_of(record));
  records_.erase(found);
  check(name_space);
}

void cold_index::pass_through(const cold_record& record) {
  const cold_amount amount{1, record.payload_bytes};
  auto& ledger = ledgers_[record.name_space];
  ledger.persisted += amount;
  ledger.erased += amount;
  check(record.name_space);
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

cold_ledger cold_index::ledger(std::optional<namespace_id> name_space) const {
  cold_ledger sum;
  for (const auto& [id, ledger] : ledgers_) {
    if (name_space && id != *name_space)
      continue;
    for (const auto way : ways_in)
      sum.*way += ledger.*way;
    for (const auto place : places)
      sum.*place += ledger.*place;
    sum.bytes_on_disk += ledger.bytes_on_disk;
  }
  return sum;
}

void cold_index::check([[maybe_unused]] namespace_id name_space) const {
  assert(order_.size() == records_.size());
  assert(balanced(ledgers_.at(name_space)));
}

} // namespace hearth::storage
