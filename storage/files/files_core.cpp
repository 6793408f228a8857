#include "storage/files/files_core.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::storage {

namespace {

files_store_config without_io(files_store_config config) {
  config.io.reset();
  config.on_opening = {};
  return config;
}

} // namespace

files_core::files_core(files_store_config config, std::unique_ptr<directory_lock> lock,
                       std::shared_ptr<held_directory> place, std::unique_ptr<sync_point> disk,
                       std::uint64_t next_sequence)
    : config_(without_io(config)), blocks_(config_.directory + "/blocks/"), lock_(std::move(lock)),
      place_(std::move(place)), disk_(std::move(disk)), io_(config.io), bytes_max_(config.bytes_max),
      used_(files_store_fixed_bytes), next_sequence_(next_sequence) {}

result<void> files_core::adopt(scanned_blocks& scanned) {
  std::lock_guard guard{mutex_};
  for (const auto& file : scanned.useless) {
    used_ += budget_bytes(file.bytes);
    schedule_removal({file.name, budget_bytes(file.bytes), *tickets_.insert(next_ticket_++).first});
  }
  for (auto& record : scanned.blocks) {
    used_ += record->disk_bytes;
    last_stamp_ns_ = record->last_use_ns;
    index_.add(std::move(record), &cold_ledger::recovered);
  }
  shrink({}); // nobody had the time to claim a namespace: all are alike
  scanned.report.reclaimed = index_.ledger({}).reclaimed.blocks;
  removal_job job;
  job.files.assign(doomed_.begin(), doomed_.end());
  doomed_.clear();
  unlink(job);
  removals_ended(job);
  if (used_ > bytes_max_)
    return {errc::io, blocks_ + ": " + std::to_string(stuck_.size()) +
                          " files could not be removed and the store takes " + std::to_string(used_) +
                          " bytes, bytes_max is " + std::to_string(bytes_max_) +
                          "; see to the directory's permissions or raise the limit"};
  return {};
}

std::optional<cold_entry> files_core::find(const block_key& key) const {
  std::lock_guard guard{mutex_};
  const auto record = index_.find(key);
  if (record == nullptr)
    return std::nullopt;
  return cold_entry{record->name_space, record->payload_bytes};
}

bool files_core::erase(const block_key& key) {
  bool was_readable = false;
  update([&](deferred&) {
    const auto record = index_.find(key);
    was_readable = record != nullptr;
    if (was_readable)
      take_out(record, &cold_ledger::erased);
    mark_erased([&](const block& item) { return item.key == key; });
  });
  return was_readable;
}

std::size_t files_core::clear(std::optional<namespace_id> name_space) {
  std::size_t count = 0;
  update([&](deferred&) {
    for (const auto& record : index_.records(name_space)) {
      take_out(record, &cold_ledger::erased);
      ++count;
    }
    mark_erased([&](const block& item) { return !name_space || item.name_space == *name_space; });
  });
  return count;
}

void files_core::erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays) {
  update([&](deferred&) {
    for (const auto& record : index_.records())
      if (!stays(record->key, record->sequence))
        take_out(record, &cold_ledger::erased);
  });
}

std::vector<abandoned_block> files_core::abandon() {
  std::vector<abandoned_block> gone;
  update([&](deferred&) {
    closed_ = stopped_ = true; // no file is removed any more
    listener_ = {};
    for (const auto& record : index_.records()) {
      gone.push_back({record->key, {record->name_space, record->payload_bytes}, record->sequence});
      index_.take_out(*record, &cold_ledger::vanished);
    }
    mark_erased([](const block&) { return true; });
  });
  return gone;
}

cold_ledger files_core::ledger(std::optional<namespace_id> name_space) const {
  std::lock_guard guard{mutex_};
  return index_.ledger(name_space);
}

std::uint64_t files_core::bytes_in_use() const {
  std::lock_guard guard{mutex_};
  return used_;
}

std::uint64_t files_core::bytes_max() const {
  std::lock_guard guard{mutex_};
  return bytes_max_;
}

bool files_core::never_fits(std::uint64_t payload_bytes) const {
  return budget_bytes(block_file_length(payload_bytes)) > bytes_max() - files_store_fixed_bytes;
}

result<void> files_core::limit(std::uint64_t bytes_max) {
  if (bytes_max <= files_store_fixed_bytes)
    return {errc::invalid_argument,
            "found " + std::to_string(bytes_max) + ", expected more than " + std::to_string(files_store_fixed_bytes)};
  update([&](deferred&) {
    bytes_max_ = bytes_max;
    retry_stuck();
  });
  return {};
}

cold_activity files_core::activity() const {
  std::lock_guard guard{mutex_};
  return activity_;
}

std::vector<block_key> files_core::keys() const {
  std::lock_guard guard{mutex_};
  std::vector<block_key> keys;
  for (const auto& record : index_.records())
    keys.push_back(record->key);
  return keys;
}

void files_core::close() {
  update([this](deferred&) {
    closed_ = true;
    listener_ = {};
  });
}

void files_core::on_reclaimed(std::function<void(std::vector<block_key>)> listener) {
  update([&](deferred&) { listener_ = std::move(listener); });
}

/// Every change may have made room, ended a removal or a read, or stopped the engine: one place decides what goes on.
/// Removals come after appends, because appends choose the victims.
void files_core::advance(deferred& later) {
  if (staying() > bytes_max_) // a limit was lowered
    shrink(config_.namespaces->unclaimed());
  start_appends(later);
  start_removals(later);
  start_stamps(later);
  start_syncs(later);
  later.reclaimed.swap(reclaimed_);
  if (!later.reclaimed.empty())
    later.listener = listener_;
  assert(leaving_ + held_ <= used_);
}

} // namespace hearth::storage
