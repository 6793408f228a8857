#include "storage/cold/tombstones.hpp"

#include <algorithm>

namespace hearth::storage {

void tombstones::add(const block_key& key) {
  if (everything_)
    return;
  keys_.insert(key);
  if (keys_.size() > keys_max_)
    add(std::optional<namespace_id>{});
}

void tombstones::add(std::optional<namespace_id> name_space) {
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

void tombstones::apply(block_store& store) const {
  if (everything_)
    store.clear(std::nullopt);
  for (const auto name_space : namespaces_)
    store.clear(name_space);
  for (const auto& key : keys_)
    store.erase(key);
}

readable_at_detach::readable_at_detach(std::span<const abandoned_block> abandoned) {
  records_.reserve(abandoned.size());
  for (const auto& one : abandoned)
    records_.push_back({one.sequence, block_key_hash{}(one.key)});
}

void readable_at_detach::sort() { std::ranges::sort(records_); }

bool readable_at_detach::contain(const block_key& key, std::uint64_t sequence) const {
  return std::ranges::binary_search(records_, record{sequence, block_key_hash{}(key)});
}

} // namespace hearth::storage
