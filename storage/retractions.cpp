#include "storage/retractions.hpp"

#include <utility>

namespace hearth::storage {

void retractions::add(const block_key& key) {
  if (everything_)
    return;
  keys_.insert(key);
  if (keys_.size() > keys_max_)
    add(std::optional<namespace_id>{});
}

void retractions::add(std::optional<namespace_id> name_space) {
  if (everything_)
    return;
  if (name_space) {
    namespaces_.insert(*name_space);
    return;
  }
  everything_ = true;
  keys_.clear();
  namespaces_.clear();
}

void retractions::add(const retractions& others) {
  if (others.everything_)
    add(std::optional<namespace_id>{});
  for (const auto name_space : others.namespaces_)
    add(std::optional{name_space});
  for (const auto& key : others.keys_)
    add(key);
}

void retractions::apply(block_store& store) const {
  if (everything_)
    store.clear(std::nullopt);
  for (const auto name_space : namespaces_)
    store.clear(name_space);
  for (const auto& key : keys_)
    store.erase(key);
}

/// A sync that was under way at an erase may miss it; the one after it does not. So what was erased before the last
/// sync but one is durable.
retractions& recent_erases::after(std::uint64_t syncs) {
  while (!stretches_.empty() && stretches_.front().syncs + 2 <= syncs)
    stretches_.pop_front();
  if (stretches_.empty() || stretches_.back().syncs != syncs || stretches_.back().mark != mark_)
    stretches_.push_back({syncs, mark_, retractions{keys_max_}});
  return stretches_.back().erased;
}

void recent_erases::durable(std::uint64_t mark) {
  while (!stretches_.empty() && stretches_.front().mark <= mark)
    stretches_.pop_front();
}

retractions recent_erases::take() {
  retractions all{keys_max_};
  for (const auto& one : std::exchange(stretches_, {}))
    all.add(one.erased);
  return all;
}

} // namespace hearth::storage
