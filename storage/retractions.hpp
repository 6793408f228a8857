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

/// What was erased and may not be durable yet: a directory that goes away now would come back with it. Two things tell
/// what is durable: a sync that was asked for after the erase and has ended well, and the number of syncs that the
/// store has carried out for itself, the second of which since the erase began after it. Invariant: no more sets of
/// retractions than syncs under way, and two. Threads: one at a time.
class recent_erases {
public:
  explicit recent_erases(std::size_t keys_max) : keys_max_(keys_max) {}

  /// The set for what is erased now, after so many syncs of the store have ended.
  [[nodiscard]] retractions& after(std::uint64_t syncs);

  /// A sync is asked for. Returns the mark for `durable`, which is smaller than all later ones.
  [[nodiscard]] std::uint64_t sync_begins() noexcept { return mark_++; }

  /// The sync with this mark has ended well: what was erased before it began is durable.
  void durable(std::uint64_t mark);

  /// Takes out what is not known to be durable.
  [[nodiscard]] retractions take();

private:
  struct stretch {
    std::uint64_t syncs = 0; ///< had ended
    std::uint64_t mark = 0;  ///< of the sync that was asked for next
    retractions erased;
  };
  std::size_t keys_max_;
  std::uint64_t mark_ = 0;
  std::deque<stretch> stretches_;
};

} // namespace hearth::storage
