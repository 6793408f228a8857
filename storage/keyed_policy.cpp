#include "storage/keyed_policy.hpp"

namespace hearth::storage {

void keyed_policy::insert(const block_key& key, const std::optional<block_key>& parent) {
  auto slot = static_cast<block_slot>(keys_.size());
  if (free_.empty()) {
    keys_.push_back(key);
  } else {
    slot = free_.back();
    free_.pop_back();
    keys_[slot] = key;
  }
  slots_.emplace(key, slot);
  policy_->insert(slot, key, parent);
}

void keyed_policy::erase(const block_key& key) {
  const auto found = slots_.find(key);
  policy_->erase(found->second);
  free_.push_back(found->second);
  slots_.erase(found);
}

std::optional<block_key> keyed_policy::victim() {
  const auto slot = policy_->victim();
  return slot == no_slot ? std::nullopt : std::optional{keys_[slot]};
}

void keyed_policy::visit(const std::function<bool(const block_key&)>& visit) const {
  policy_->visit([&](block_slot slot) { return visit(keys_[slot]); });
}

} // namespace hearth::storage
