#pragma once

#include "storage/block_key.hpp"
#include "storage/slot_list.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace hearth::storage {

/// Orders the blocks of one tier by how soon they should leave. Knows slots and keys, not payloads: who tracks blocks
/// gives each a slot, and keeps it until it is erased.
/// Threads: one owner. Nothing depends on addresses or hash order: the same calls give the same victims.
class eviction_policy {
public:
  virtual ~eviction_policy() = default;

  /// A request asks for this chain, head first, whether its blocks are tracked or not; touches and inserts of them
  /// follow. For those who learn from requests.
  virtual void asked(std::span<const block_key>) {}

  /// Starts to track `slot`, in which the block of `key` stands. Pre: neither is tracked.
  virtual void insert(block_slot slot, const block_key& key, const std::optional<block_key>& parent) = 0;

  /// The block was asked for. Touch a chain deepest-first, so that heads outlive tails. Pre: tracked.
  virtual void touch(block_slot slot) = 0;

  /// Forgets the block, but for what a policy remembers of those that have left. Pre: tracked.
  virtual void erase(block_slot slot) = 0;

  /// The tracked block that should leave first; `no_slot` if none is tracked. It stays tracked, and is the answer until
  /// the next insert, touch or erase.
  [[nodiscard]] virtual block_slot victim() = 0;

  /// Calls `visit` for every tracked block until it answers false: about in the order in which they would leave.
  virtual void visit(const std::function<bool(block_slot)>& visit) const = 0;

  [[nodiscard]] virtual std::size_t size() const noexcept = 0;
};

/// Least recently inserted or touched leaves first. 8 bytes a block.
[[nodiscard]] std::unique_ptr<eviction_policy> make_lru_policy();

/// The policies there are.
enum class eviction_order : std::uint8_t {
  lru,          ///< `make_lru_policy`
  s3_fifo,      ///< s3_fifo_policy.hpp
  w_tinylfu,    ///< w_tinylfu_policy.hpp
  conversation, ///< conversation_policy.hpp: learns which chains come back; some 150 bytes a block
};
[[nodiscard]] std::unique_ptr<eviction_policy> make_eviction_policy(eviction_order order);

} // namespace hearth::storage
