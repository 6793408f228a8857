#pragma once

#include "storage/block_key.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace hearth::storage {

/// Orders the blocks of one tier by how soon they should leave. Knows keys, not payloads.
/// Threads: one owner. Nothing depends on addresses or hash order: the same calls give the same victims.
class eviction_policy {
public:
  virtual ~eviction_policy() = default;

  /// A request asks for this chain, head first, whether its blocks are tracked or not; touches and inserts of them
  /// follow. For those who learn from requests.
  virtual void asked(std::span<const block_key>) {}

  /// Starts to track `key`. Pre: not tracked.
  virtual void insert(const block_key& key, const std::optional<block_key>& parent) = 0;

  /// `key` was asked for. Touch a chain deepest-first, so that heads outlive tails. Pre: tracked.
  virtual void touch(const block_key& key) = 0;

  /// Forgets `key`, but for what a policy remembers of blocks that have left. Pre: tracked.
  virtual void erase(const block_key& key) = 0;

  /// The tracked key that should leave first; nothing if none is tracked. It stays tracked, and is the answer until the
  /// next insert, touch or erase.
  [[nodiscard]] virtual std::optional<block_key> victim() = 0;

  /// Calls `visit` for every tracked key until it answers false: about in the order in which they would leave.
  virtual void visit(const std::function<bool(const block_key&)>& visit) const = 0;

  [[nodiscard]] virtual std::size_t size() const noexcept = 0;
};

/// Least recently inserted or touched leaves first.
[[nodiscard]] std::unique_ptr<eviction_policy> make_lru_policy();

} // namespace hearth::storage
