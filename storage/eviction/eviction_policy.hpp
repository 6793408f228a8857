#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/eviction/block_names.hpp"
#include "storage/eviction/slot_list.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace hearth::storage {

/// Orders the blocks of one tier by how soon they should leave. Knows slots, and keys if it asks for them, not
/// payloads: who tracks blocks gives each a slot, and keeps it until it is erased. Threads: one owner. Nothing depends
/// on addresses or hash order: the same calls give the same victims.
class eviction_policy {
public:
  virtual ~eviction_policy() = default;

  /// Who has the names of the blocks in the slots, while they are tracked and while they are inserted and erased. Told
  /// once, before anything else.
  virtual void follow(const block_names&) {}

  /// A request asks for this chain, head first, whether its blocks are tracked or not; touches and inserts of them
  /// follow. For those who learn from requests.
  virtual void asked(std::span<const block_key>) {}

  /// Starts to track the block in `slot`. Pre: it is not tracked.
  virtual void insert(block_slot slot) = 0;

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
  conversation, ///< conversation_policy.hpp: learns which chains come back
};
[[nodiscard]] std::unique_ptr<eviction_policy> make_eviction_policy(eviction_order order);

} // namespace hearth::storage
