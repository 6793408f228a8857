#include "storage/eviction/keyed_policy.hpp"

namespace hearth::storage {

void keyed_policy::insert(const block_key& key, const std::optional<block_key>& parent) {
  auto slot = static_cast<block_slot>(blocks_.size());
  if (free_.empty()) {
    blocks_.push_back({key, parent});
  } else {
    slot = free_.back();
    free_.pop_back();
    blocks_[slot] = {key, parent};
  }
  slots_.emplace(key, slot);
  policy_->insert(slot);
}

block_slot keyed_policy::find(const block_key& key) const noexcept {
  const auto found = slots_.find(key);
  return found == slots_.end() ? no_slot : found->second;
}

void keyed_policy::erase(const block_key& key) {
  const auto found = slots_.find(key);
  policy_->erase(found->second);
  free_.push_back(found->second);
  slots_.erase(found);
}

std::optional<block_key> keyed_policy::victim() {
  const auto slot = policy_->victim();
  return slot == no_slot ? std::nullopt : std::optional{blocks_[slot].key};
}

void keyed_policy::visit(const std::function<bool(const block_key&)>& visit) const {
  policy_->visit([&](block_slot slot) { return visit(blocks_[slot].key); });
}

} // namespace hearth::storage
