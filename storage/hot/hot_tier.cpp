#include "storage/hot/hot_tier.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hearth::storage {

hot_tier::hot_tier(std::uint64_t bytes_max, std::unique_ptr<eviction_policy> policy, std::shared_ptr<hot_index> index)
    : bytes_max_(bytes_max), index_(std::move(index)), policy_(std::move(policy)) {
  assert(policy_ && policy_->size() == 0 && index_ && index_->size() == 0);
  policy_->follow(*index_);
}

hot_tier::~hot_tier() { index_->clear(); }

const hot_block* hot_tier::find(const block_key& key) const {
  const auto slot = index_->find(key);
  return slot == no_slot ? nullptr : &index_->at(slot);
}

void hot_tier::limit(std::uint64_t bytes_max) {
  bytes_max_ = bytes_max;
  check();
}

/// Changes the state of a block, and updates counts and orders accordingly. Every change of a state goes through this
/// function. `no_slot` is ignored.
template <class Change>
void hot_tier::change(block_slot slot, Change how) {
  if (slot == no_slot)
    return;
  auto& item = index_->at(slot);
  const bool before = item.worth_writing();
  how(item);
  if (item.worth_writing() != before) {
    item.worth_writing() ? expendable_.erase(expendable_links_, slot) : expendable_.push_back(expendable_links_, slot);
    const auto bytes = item.item.payload.size();
    item.worth_writing() ? worth_writing_bytes_ += bytes : worth_writing_bytes_ -= bytes;
  }
  if (item.dirty && item.dirty_number == 0)
    item.dirty_number = dirty_.add(slot);
  else if (!item.dirty && item.dirty_number != 0)
    dirty_.remove(std::uint64_t{item.dirty_number}), item.dirty_number = 0;
  check();
}

bool hot_tier::touch(block_slot slot) {
  if (slot == no_slot)
    return false;
  const auto& item = index_->at(slot);
  const bool before = item.worth_writing();
  if (!item.asked)
    change(slot, [](hot_block& asked) { asked.asked = true; });
  if (!in_chain_ || std::find(untracked_.begin(), untracked_.end(), slot) == untracked_.end()) {
    policy_->touch(slot);
    if (in_chain_)
      touched_.push_back(slot);
  }
  if (!item.worth_writing())
    expendable_.move_to_back(expendable_links_, slot);
  return item.worth_writing() && !before;
}

void hot_tier::insert(block item, bool dirty) {
  assert(fits(item.payload.size()));
  bytes_ += item.payload.size();
  const auto slot = index_->insert(std::move(item));
  if (in_chain_)
    untracked_.push_back(slot);
  else
    policy_->insert(slot);
  expendable_.push_back(expendable_links_, slot);
  change(slot, [&](hot_block& fresh) { fresh.dirty = dirty; });
}

void hot_tier::mark_clean(const block_key& key) {
  change(index_->find(key), [](hot_block& item) { item.dirty = item.reclaimed = item.asked = false; });
}

void hot_tier::mark_dirty(const block_key& key) {
  change(index_->find(key), [](hot_block& item) {
    item.dirty = true;
    item.reclaimed = false;
  });
}

void hot_tier::mark_reclaimed(const block_key& key) {
  change(index_->find(key), [](hot_block& item) {
    if (item.dirty)
      return;
    item.dirty = item.reclaimed = true;
    item.asked = false;
  });
}

std::optional<hot_block> hot_tier::erase(const block_key& key) {
  const auto slot = index_->find(key);
  if (slot == no_slot)
    return std::nullopt;
  if (std::erase(untracked_, slot) == 0)
    policy_->erase(slot);
  std::erase(touched_, slot);
  auto taken = index_->erase(slot);
  const auto bytes = taken.item.payload.size();
  bytes_ -= bytes;
  if (taken.dirty_number != 0)
    dirty_.remove(taken.dirty_number);
  if (taken.worth_writing())
    worth_writing_bytes_ -= bytes;
  else
    expendable_.erase(expendable_links_, slot);
  check();
  return taken;
}

void hot_tier::track_chain() {
  for (; !untracked_.empty(); untracked_.pop_back())
    policy_->insert(untracked_.back());
}

void hot_tier::end_chain() {
  track_chain();
  for (; !touched_.empty(); touched_.pop_back())
    policy_->touch(touched_.back());
  in_chain_ = false;
}

const hot_block* hot_tier::victim() {
  if (policy_->size() == 0)
    track_chain();
  const auto slot = policy_->victim();
  return slot == no_slot ? nullptr : &index_->at(slot);
}

const hot_block* hot_tier::expendable_victim() const {
  return expendable_.empty() ? nullptr : &index_->at(expendable_.front());
}

const hot_block* hot_tier::next_dirty(std::uint64_t number) const {
  const auto slot = dirty_.behind(number);
  return slot == no_slot ? nullptr : &index_->at(slot);
}

void hot_tier::visit(const std::function<bool(const hot_block&)>& visit) const {
  policy_->visit([&](block_slot slot) { return visit(index_->at(slot)); });
}

void hot_tier::check() const {
  assert(bytes_ <= bytes_max_);
  assert(policy_->size() + untracked_.size() == index_->size());
  assert(index_->size() - expendable_.size() <= dirty_.size() && dirty_.size() <= index_->size());
}

} // namespace hearth::storage
