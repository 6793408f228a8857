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

/// Tombstones of what was erased or put while a directory is away, and must not turn up when it comes back: of keys,
/// whole namespaces, or everything once there are more than `keys_max` keys. Threads: one at a time.
class tombstones {
public:
  explicit tombstones(std::size_t keys_max) : keys_max_(keys_max) {}

  /// The block of `key`, or every block of a namespace (none: of all), is not to come back.
  void add(const block_key& key);
  void add(std::optional<namespace_id> name_space);

  [[nodiscard]] bool empty() const noexcept { return !everything_ && namespaces_.empty() && keys_.empty(); }

  /// Erases all of it from `store`.
  void apply(block_store& store) const;

private:
  std::size_t keys_max_;
  std::unordered_set<block_key, block_key_hash> keys_;
  std::set<namespace_id> namespaces_;
  bool everything_ = false;
};

/// The records that were readable when a directory was found to be gone: all that may be read when it is back. The disk
/// may have others, of blocks that were erased, replaced or reclaimed a moment before, could not be read just then, or
/// were still being written: no one has been told that they are there, and some have been told that they are not.
/// 16 bytes a record. Threads: one at a time.
class readable_at_detach {
public:
  readable_at_detach() = default;
  explicit readable_at_detach(std::span<const abandoned_block> abandoned);

  /// Before the first question: takes a tenth of a microsecond a record, for which nobody has to wait where they are
  /// noted down.
  void sort();

  /// Whether this record is one of them: by its sequence, and the first 8 bytes of its key.
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
