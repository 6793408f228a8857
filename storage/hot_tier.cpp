#include "storage/hot_tier.hpp"

#include <cassert>
#include <utility>

namespace hearth::storage {

hot_tier::hot_tier(std::uint64_t bytes_max, std::unique_ptr<eviction_policy> policy, std::shared_ptr<hot_index> index)
    : bytes_max_(bytes_max), index_(std::move(index)), policy_(std::move(policy)), expendable_(make_lru_policy()) {
  assert(policy_ && policy_->size() == 0 && index_ && index_->size() == 0);
}

hot_tier::~hot_tier() { index_->clear(); }

const hot_block* hot_tier::find(const block_key& key) const { return std::as_const(*index_).find(key); }

void hot_tier::limit(std::uint64_t bytes_max) {
  bytes_max_ = bytes_max;
  check();
}

/// Every change of a block's state goes through here, so that counts and orders follow.
template <class Change>
void hot_tier::change(const block_key& key, Change how) {
  auto* const found = index_->find(key);
  if (found == nullptr)
    return;
  auto& item = *found;
  const bool before = item.worth_writing();
  how(item);
  if (item.worth_writing() != before) {
    item.worth_writing() ? expendable_->erase(key) : expendable_->insert(key, item.item.parent);
    const auto bytes = item.item.payload.size();
    item.worth_writing() ? worth_writing_bytes_ += bytes : worth_writing_bytes_ -= bytes;
  }
  if (item.dirty && item.dirty_number == 0)
    dirty_.emplace(item.dirty_number = ++last_dirty_number_, key);
  else if (!item.dirty)
    dirty_.erase(std::exchange(item.dirty_number, 0));
  check();
}

void hot_tier::touch(const block_key& key) {
  const auto* const item = find(key);
  assert(item != nullptr);
  change(key, [](hot_block& item) { item.asked = true; });
  policy_->touch(key);
  if (!item->worth_writing())
    expendable_->touch(key);
}

void hot_tier::insert(block item, bool dirty) {
  assert(fits(item.payload.size()));
  const auto key = item.key;
  const auto bytes = item.payload.size();
  policy_->insert(key, item.parent);
  expendable_->insert(key, item.parent);
  index_->insert(std::move(item));
  bytes_ += bytes;
  change(key, [&](hot_block& fresh) { fresh.dirty = dirty; });
}

void hot_tier::mark_clean(const block_key& key) {
  change(key, [](hot_block& item) { item.dirty = item.reclaimed = item.asked = false; });
}

void hot_tier::mark_dirty(const block_key& key) {
  change(key, [](hot_block& item) {
    item.dirty = true;
    item.reclaimed = false;
  });
}

void hot_tier::mark_reclaimed(const block_key& key) {
  change(key, [](hot_block& item) {
    if (!std::exchange(item.dirty, true)) {
      item.reclaimed = true;
      item.asked = false;
    }
  });
}

std::optional<hot_block> hot_tier::erase(const block_key& key) {
  if (find(key) == nullptr)
    return std::nullopt;
  policy_->erase(key);
  auto taken = index_->erase(key);
  bytes_ -= taken.item.payload.size();
  dirty_.erase(taken.dirty_number);
  if (taken.worth_writing())
    worth_writing_bytes_ -= taken.item.payload.size();
  else
    expendable_->erase(taken.item.key); // `key` may have been the block's own
  check();
  return taken;
}

const hot_block* hot_tier::victim() {
  const auto key = policy_->victim();
  return key ? find(*key) : nullptr;
}

const hot_block* hot_tier::expendable_victim() {
  const auto key = expendable_->victim();
  return key ? find(*key) : nullptr;
}

const hot_block* hot_tier::next_dirty(std::uint64_t number) const {
  const auto next = dirty_.upper_bound(number);
  return next == dirty_.end() ? nullptr : find(next->second);
}

void hot_tier::visit(const std::function<bool(const hot_block&)>& visit) const {
  policy_->visit([&](const block_key& key) { return visit(*find(key)); });
}

void hot_tier::check() const {
  assert(bytes_ <= bytes_max_);
  assert(policy_->size() == index_->size());
  assert(index_->size() - expendable_->size() <= dirty_.size() && dirty_.size() <= index_->size());
}

} // namespace hearth::storage
