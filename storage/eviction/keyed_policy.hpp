#pragma once

#include "storage/eviction/eviction_policy.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace hearth::storage {

/// Eviction policy addressed by key: assigns the slots itself. Threads: one owner.
class keyed_policy final : public block_names {
public:
  explicit keyed_policy(std::unique_ptr<eviction_policy> policy) : policy_(std::move(policy)) {
    policy_->follow(*this);
  }
  keyed_policy(const keyed_policy&) = delete;
  keyed_policy& operator=(const keyed_policy&) = delete;

  [[nodiscard]] bool contains(const block_key& key) const { return slots_.contains(key); }
  [[nodiscard]] std::size_t size() const noexcept { return policy_->size(); }

  // Same as in eviction_policy.
  void asked(std::span<const block_key> chain) { policy_->asked(chain); }
  void insert(const block_key& key, const std::optional<block_key>& parent);
  void touch(const block_key& key) { policy_->touch(slots_.at(key)); }
  void erase(const block_key& key);
  [[nodiscard]] std::optional<block_key> victim();
  void visit(const std::function<bool(const block_key&)>& visit) const;

  // Same as in block_names.
  [[nodiscard]] block_slot find(const block_key& key) const noexcept override;
  [[nodiscard]] const block_key& key_of(block_slot slot) const noexcept override { return blocks_[slot].key; }
  [[nodiscard]] const std::optional<block_key>& parent_of(block_slot slot) const noexcept override {
    return blocks_[slot].parent;
  }

private:
  struct named_block {
    block_key key;
    std::optional<block_key> parent;
  };

  std::unique_ptr<eviction_policy> policy_;
  std::unordered_map<block_key, block_slot, block_key_hash> slots_;
  std::vector<named_block> blocks_{{}}; ///< by slot
  std::vector<block_slot> free_;
};

} // namespace hearth::storage
