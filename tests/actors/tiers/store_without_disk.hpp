#pragma once

#include "storage/cold/block_store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace hearth::testing {

/// Cold tier without a disk, for tests of the layers above. The test sets which blocks are present, and reads how often
/// the store was called. Appends and reads do nothing. Threads: one.
class store_without_disk : public storage::block_store {
public:
  std::map<storage::block_key, storage::cold_entry> present;
  std::uint64_t payload_bytes_max = ~std::uint64_t{0}; ///< a larger block never fits
  std::uint64_t reappended_bytes = 0;                  ///< bytes that reclaim has copied so far
  mutable std::uint64_t calls = 0;                     ///< lookups and touches so far

  void append(std::vector<storage::append_item>) override {}
  void read(std::vector<storage::read_item>) override {}
  std::optional<storage::cold_entry> find(const storage::block_key& key) const override {
    ++calls;
    const auto found = present.find(key);
    return found == present.end() ? std::nullopt : std::optional{found->second};
  }
  storage::cold_lookup look_up(const storage::block_key& key, std::uint64_t payload_bytes) const override {
    return {find(key), payload_bytes <= payload_bytes_max, payload_bytes};
  }
  void touch(const storage::block_key&) override { ++calls; }
  void on_reclaimed(std::function<void(std::vector<storage::block_key>)>) override {}
  bool erase(const storage::block_key& key) override { return present.erase(key) > 0; }
  std::size_t clear(std::optional<storage::namespace_id>) override { return std::exchange(present, {}).size(); }
  void erase_unless(const std::function<bool(const storage::block_key&, std::uint64_t)>&) override {}
  std::vector<storage::abandoned_block> abandon() override { return {}; }
  void sync(std::function<void(storage::result<void>)>) override {}
  void sync_soon() override {}
  storage::result<void> limit(std::uint64_t) override { return {}; }
  storage::cold_activity activity() const override {
    ++calls;
    storage::cold_activity so_far;
    so_far.reappended_bytes = reappended_bytes;
    return so_far;
  }
  storage::cold_ledger ledger(std::optional<storage::namespace_id>) const override { return {}; }
  std::uint64_t bytes_in_use() const override { return 0; }
  std::uint64_t bytes_max() const override { return 1 << 20; }
  std::vector<storage::block_key> keys() const override {
    std::vector<storage::block_key> all;
    for (const auto& one : present)
      all.push_back(one.first);
    return all;
  }
};

} // namespace hearth::testing
