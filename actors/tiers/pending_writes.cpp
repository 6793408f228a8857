#include "actors/tiers/pending_writes.hpp"

#include <cassert>
#include <utility>

namespace hearth::actors {

const pending_write& pending_writes::add(storage::block item) {
  const auto sequence = ++last_sequence_;
  [[maybe_unused]] const auto fresh = by_key_.emplace(item.key, sequence).second;
  assert(fresh);
  const auto place = by_sequence_.emplace(
      sequence, pending_write{sequence, std::move(item), std::make_shared<messages::write_ticket>(), false});
  return place.first->second;
}

const pending_write* pending_writes::find(const storage::block_key& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &by_sequence_.at(found->second);
}

void pending_writes::hide(const storage::block_key& key) {
  const auto found = by_key_.find(key);
  assert(found != by_key_.end());
  by_sequence_.at(found->second).hidden = true;
  by_key_.erase(found);
}

std::optional<pending_write> pending_writes::take(std::uint64_t sequence) {
  auto node = by_sequence_.extract(sequence);
  if (node.empty())
    return std::nullopt;
  if (!node.mapped().hidden)
    by_key_.erase(node.mapped().item.key);
  return std::move(node.mapped());
}

std::vector<pending_write> pending_writes::take_all() {
  std::vector<pending_write> taken;
  taken.reserve(by_sequence_.size());
  for (auto& entry : by_sequence_)
    taken.push_back(std::move(entry.second));
  by_sequence_.clear();
  by_key_.clear();
  return taken;
}

std::vector<storage::block_key> pending_writes::readable_keys() const {
  std::vector<storage::block_key> keys;
  for (const auto& [sequence, write] : by_sequence_)
    if (!write.hidden)
      keys.push_back(write.item.key);
  return keys;
}

bool pending_writes::any_until(std::uint64_t sequence) const noexcept {
  return !by_sequence_.empty() && by_sequence_.begin()->first <= sequence;
}

} // namespace hearth::actors
