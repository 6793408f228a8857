#pragma once

#include "storage/cold/block_store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <unordered_set>
#include <vector>

namespace hearth::storage {

/// Tombstones: keys and namespaces that were erased or put while the directory is gone, and must not come back with it.
/// More than `keys_max` keys become one tombstone for everything. Threads: one at a time.
class tombstones {
public:
  explicit tombstones(std::size_t keys_max) : keys_max_(keys_max) {}

  /// Adds a tombstone for the block of `key`, or for every block of a namespace (nullopt: of all).
  void add(const block_key& key);
  void add(std::optional<namespace_id> name_space);

  [[nodiscard]] bool empty() const noexcept { return !everything_ && namespaces_.empty() && keys_.empty(); }

  /// Erases the blocks of all tombstones from `store`.
  void apply(block_store& store) const;

private:
  std::size_t keys_max_;
  std::unordered_set<block_key, block_key_hash> keys_;
  std::set<namespace_id> namespaces_;
  bool everything_ = false;
};

/// The records that were readable when the directory was found to be gone: only these may be readable after reattach.
/// The disk may hold other records: of blocks that had just been erased, replaced or reclaimed, could not be read, or
/// were still being written. These blocks were never reported as present, or were already reported as gone. 16 bytes
/// per record. Threads: one at a time.
class readable_at_detach {
public:
  readable_at_detach() = default;
  explicit readable_at_detach(std::span<const abandoned_block> abandoned);

  /// Sorts the records. Call it before `contain`. Takes 0.1 us per record, so it is not done in the constructor, where
  /// a caller may wait.
  void sort();

  /// Whether this record is one of them, by its sequence and the first 8 bytes of its key.
  [[nodiscard]] bool contain(const block_key& key, std::uint64_t sequence) const;

private:
  struct record {
    std::uint64_t sequence = 0;
    std::uint64_t key_hash = 0;

    friend auto operator<=>(const record&, const record&) = default;
  };
  std::vector<record> records_;
};

} // namespace hearth::storage
