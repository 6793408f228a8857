#pragma once

#include "storage/blocks/block_key.hpp"
#include "storage/eviction/block_names.hpp"
#include "storage/eviction/slot_list.hpp"
#include "storage/orders.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace hearth::storage {

/// Eviction order of the blocks of one tier. A policy works with slots and can look up keys (`block_names`); it does
/// not see payloads. The owner gives each block a slot, which the block keeps until it is erased. Threads: one owner.
/// Deterministic: nothing depends on addresses or hash order; the same calls give the same victims.
class eviction_policy {
public:
  virtual ~eviction_policy() = default;

  /// Sets the source of block names. The source knows every block in a slot, also during insert and erase. Called once,
  /// before any other call.
  virtual void follow(const block_names&) {}

  /// A request for this chain begins; the chain's head is first. Some of its blocks may be tracked, others not. Touches
  /// and inserts of these blocks follow. Policies that learn from requests use this call.
  virtual void asked(std::span<const block_key>) {}

  /// Starts to track the block in `slot`. Pre: the slot is not tracked.
  virtual void insert(block_slot slot) = 0;

  /// The block was requested. Touch a chain deepest block first, so that its head outlives its tail. Pre: tracked.
  virtual void touch(block_slot slot) = 0;

  /// Stops tracking the block. A policy may remember the block's history. Pre: tracked.
  virtual void erase(block_slot slot) = 0;

  /// The next victim: the tracked block that should leave first, or `no_slot` if no block is tracked. The victim stays
  /// tracked, and the answer stays the same until the next insert, touch or erase.
  [[nodiscard]] virtual block_slot victim() = 0;

  /// Calls `visit` for every tracked block, roughly in eviction order, until `visit` returns false.
  virtual void visit(const std::function<bool(block_slot)>& visit) const = 0;

  [[nodiscard]] virtual std::size_t size() const noexcept = 0;
};

/// LRU: evicts the block that was inserted or touched least recently. 8 bytes per block.
[[nodiscard]] std::unique_ptr<eviction_policy> make_lru_policy();

/// The policy that a host has chosen.
[[nodiscard]] std::unique_ptr<eviction_policy> make_eviction_policy(eviction_order order);

} // namespace hearth::storage
