#pragma once

#include "storage/block_store.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <unordered_set>

namespace hearth::storage {

/// What has been erased or replaced and must not turn up again when a directory that went away comes back: keys, whole
/// namespaces, or everything once there are more than `keys_max` keys. Threads: one at a time.
class retractions {
public:
  explicit retractions(std::size_t keys_max) : keys_max_(keys_max) {}

  /// The block of `key`, or every block of a namespace (none: of all), is not to come back.
  void add(const block_key& key);
  void add(std::optional<namespace_id> name_space);
  void add(const retractions& others);

  [[nodiscard]] bool empty() const noexcept { return !everything_ && namespaces_.empty() && keys_.empty(); }

  /// Erases all of it from `store`.
  void apply(block_store& store) const;

private:
  std::size_t keys_max_;
  std::unordered_set<block_key, block_key_hash> keys_;
  std::set<namespace_id> namespaces_;
  bool everything_ = false;
};

/// What was erased and may not be durable yet: a directory that goes away now would come back with it. Forgets what is
/// durable by counting the store's syncs: the second one that ended since an erase began after it.
/// Invariant: no more than two sets of retractions. Threads: one at a time.
class recent_erases {
public:
  explicit recent_erases(std::size_t keys_max) : keys_max_(keys_max) {}

  /// The set for what is erased now, after so many syncs of the store have ended.
  [[nodiscard]] retractions& after(std::uint64_t syncs);

  /// Takes out what is not known to be durable.
  [[nodiscard]] retractions take();

private:
  struct stretch {
    std::uint64_t syncs = 0;
    retractions erased;
  };
  std::size_t keys_max_;
  std::deque<stretch> stretches_;
};

} // namespace hearth::storage
