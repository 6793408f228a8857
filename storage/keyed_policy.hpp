#pragma once

#include "storage/eviction_policy.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace hearth::storage {

/// An eviction policy for those who know blocks by key alone: it gives them slots. Threads: one owner.
class keyed_policy {
public:
  explicit keyed_policy(std::unique_ptr<eviction_policy> policy) : policy_(std::move(policy)) {}

  [[nodiscard]] bool contains(const block_key& key) const { return slots_.contains(key); }
  [[nodiscard]] std::size_t size() const noexcept { return policy_->size(); }

  // As of eviction_policy.
  void asked(std::span<const block_key> chain) { policy_->asked(chain); }
  void insert(const block_key& key, const std::optional<block_key>& parent);
  void touch(const block_key& key) { policy_->touch(slots_.at(key)); }
  void erase(const block_key& key);
  [[nodiscard]] std::optional<block_key> victim();
  void visit(const std::function<bool(const block_key&)>& visit) const;

private:
  std::unique_ptr<eviction_policy> policy_;
  std::unordered_map<block_key, block_slot, block_key_hash> slots_;
  std::vector<block_key> keys_{{}}; ///< by slot
  std::vector<block_slot> free_;
};

} // namespace hearth::storage
