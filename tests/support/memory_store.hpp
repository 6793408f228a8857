#pragma once

#include "storage/blocks/namespace_table.hpp"
#include "storage/cold/block_store.hpp"
#include "storage/cold/cold_ledgers.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace hearth::testing {

using namespace hearth::storage;

/// Cold tier in a map. Keeps the contract of `block_store`, except where it concerns a disk. Every call replies before
/// it returns. A block takes one page plus its payload in whole pages, as on disk. Invariants: as `block_store`.
/// Threads: one.
class memory_store final : public block_store {
public:
  /// A block with the name of its namespace: survives closing the store.
  using kept_block = std::pair<block, std::string>;

  static constexpr std::uint64_t fixed_bytes = 8192; ///< bytes of the limit that an empty store takes

  /// `found`: blocks of an earlier store, least recently used first. Pre: `bytes_max` is larger than `fixed_bytes`, and
  /// `namespaces` has room for the names.
  memory_store(std::shared_ptr<namespace_table> namespaces, std::uint64_t bytes_max,
               const std::vector<kept_block>& found)
      : namespaces_(std::move(namespaces)), bytes_max_(bytes_max) {
    for (auto [item, name] : found) {
      item.name_space = namespaces_->intern(name).value();
      enter(item, &cold_ledger::recovered);
    }
    make_room(0);
  }

  /// All blocks, least recently used first.
  [[nodiscard]] std::vector<kept_block> contents() const {
    std::vector<kept_block> all;
    for (const auto& key : order_)
      all.emplace_back(records_.at(key).item, namespaces_->name(records_.at(key).item.name_space));
    return all;
  }

  void append(std::vector<append_item> batch) override {
    for (const auto& asked : batch) {
      auto outcome = write(asked);
      tell_reclaimed();
      asked.done(std::move(outcome));
    }
  }

  void read(std::vector<read_item> batch) override {
    for (const auto& asked : batch) {
      const auto found = records_.find(asked.key);
      if (asked.cancelled && *asked.cancelled)
        asked.done(given_up_unread());
      else if (found == records_.end() || found->second.item.name_space != asked.name_space)
        asked.done(abandoned_ ? gone() : failure{errc::not_found, "no such block in this namespace"});
      else {
        touch(asked.key);
        asked.done(found->second.item);
      }
    }
  }

  [[nodiscard]] std::optional<cold_entry> find(const block_key& key) const override {
    if (!records_.contains(key))
      return std::nullopt;
    const auto& item = records_.at(key).item;
    return cold_entry{item.name_space, item.payload.size()};
  }
  [[nodiscard]] cold_lookup look_up(const block_key& key, std::uint64_t payload_bytes) const override {
    return {find(key), !never_fits(payload_bytes), record_bytes(payload_bytes)};
  }
  void touch(const block_key& key) override {
    if (const auto found = records_.find(key); found != records_.end())
      order_.splice(order_.end(), order_, found->second.place);
  }
  void on_reclaimed(std::function<void(std::vector<block_key>)> listener) override { listener_ = std::move(listener); }
  bool erase(const block_key& key) override { return leave(key, &cold_ledger::erased); }
  std::size_t clear(std::optional<namespace_id> name_space) override {
    const auto before = records_.size();
    for (const auto& key : keys())
      if (!name_space || records_.at(key).item.name_space == *name_space)
        erase(key);
    return before - records_.size();
  }
  void erase_unless(const std::function<bool(const block_key&, std::uint64_t)>& stays) override {
    for (const auto& key : keys())
      if (!stays(key, records_.at(key).sequence))
        erase(key);
  }
  std::vector<abandoned_block> abandon() override {
    std::vector<abandoned_block> all;
    for (const auto& key : keys()) {
      all.push_back({key, *find(key), records_.at(key).sequence});
      leave(key, &cold_ledger::vanished);
    }
    abandoned_ = true;
    return all;
  }
  void sync(std::function<void(result<void>)> done) override {
    sync_soon();
    done(abandoned_ ? result<void>{gone()} : result<void>{});
  }
  void sync_soon() override {
    for (const auto& [name_space, amount] : std::exchange(unsynced_, {}))
      ledgers_.sync(name_space, amount);
    ++activity_.syncs;
  }
  [[nodiscard]] result<void> limit(std::uint64_t bytes_max) override {
    if (const auto least = fixed_bytes + record_bytes(1); bytes_max < least)
      return {errc::invalid_argument,
              "bytes_max: found " + std::to_string(bytes_max) + ", expected at least " + std::to_string(least)};
    bytes_max_ = bytes_max;
    make_room(0);
    tell_reclaimed();
    return {};
  }
  [[nodiscard]] cold_activity activity() const override { return activity_; }
  [[nodiscard]] cold_ledger ledger(std::optional<namespace_id> in) const override { return ledgers_.of(in); }
  [[nodiscard]] std::uint64_t bytes_in_use() const override { return fixed_bytes + ledger({}).bytes_on_disk; }
  [[nodiscard]] std::uint64_t bytes_max() const override { return bytes_max_; }
  [[nodiscard]] std::vector<block_key> keys() const override { return {order_.begin(), order_.end()}; }

private:
  [[nodiscard]] static std::uint64_t record_bytes(std::uint64_t payload_bytes) {
    return 4096 + (payload_bytes + 4095) / 4096 * 4096;
  }
  [[nodiscard]] bool never_fits(std::uint64_t payload_bytes) const {
    return record_bytes(payload_bytes) > bytes_max_ - fixed_bytes;
  }

  struct record {
    block item;
    std::uint64_t sequence = 0;
    std::list<block_key>::iterator place;
  };

  static failure gone() { return {errc::closed, "the store was abandoned"}; }
  result<void> write(const append_item& asked) {
    const cold_amount size{1, asked.item.payload.size()};
    if (abandoned_)
      return gone();
    if (never_fits(size.bytes))
      return {errc::too_large, "the block takes more than the limit"};
    if (asked.begin && !asked.begin())
      return {errc::closed, "given up before it was written"};
    erase(asked.item.key);
    make_room(record_bytes(size.bytes));
    enter(asked.item, &cold_ledger::persisted);
    unsynced_[asked.item.name_space] += size;
    activity_.payload_bytes += size.bytes;
    activity_.written_bytes += record_bytes(size.bytes);
    return {};
  }

  void enter(const block& item, cold_amount cold_ledger::*origin) {
    const auto bytes = item.payload.size();
    records_[item.key] = {item, next_sequence_++, order_.insert(order_.end(), item.key)};
    ledgers_.enter(item.name_space, bytes, record_bytes(bytes), origin);
  }
  /// Returns false if the block is absent.
  bool leave(const block_key& key, cold_amount cold_ledger::*reason) {
    const auto entry = find(key);
    if (!entry)
      return false;
    ledgers_.leave(entry->name_space, entry->payload_bytes, record_bytes(entry->payload_bytes), reason);
    order_.erase(records_.at(key).place);
    return records_.erase(key) == 1;
  }
  /// Blocks of unclaimed namespaces are evicted before all others.
  void make_room(std::uint64_t bytes) {
    while (bytes_in_use() + bytes > bytes_max_) {
      const auto unclaimed = namespaces_->unclaimed();
      const auto first = std::ranges::find_if(order_, [&](const block_key& key) {
        return std::ranges::binary_search(unclaimed, records_.at(key).item.name_space);
      });
      reclaimed_.push_back(first == order_.end() ? order_.front() : *first);
      leave(reclaimed_.back(), &cold_ledger::reclaimed);
    }
  }
  void tell_reclaimed() {
    if (auto keys = std::exchange(reclaimed_, {}); listener_ && !keys.empty())
      listener_(std::move(keys));
  }

  std::shared_ptr<namespace_table> namespaces_;
  std::uint64_t bytes_max_;
  std::map<block_key, record> records_;
  std::list<block_key> order_; ///< least recently used first
  std::uint64_t next_sequence_ = 1;
  bool abandoned_ = false;
  cold_ledgers ledgers_;
  cold_activity activity_;
  std::map<namespace_id, cold_amount> unsynced_;
  std::vector<block_key> reclaimed_; ///< evicted, not reported yet
  std::function<void(std::vector<block_key>)> listener_;
};

} // namespace hearth::testing
