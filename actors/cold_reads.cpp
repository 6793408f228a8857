#include "actors/cold_reads.hpp"

#include <cassert>
#include <utility>

namespace hearth::actors {

bool cold_reads::join(const storage::block_key& key, const read_waiter& who) {
  const auto found = wanted_.find(key);
  if (found == wanted_.end())
    return false;
  batches_.at(found->second.batch).reads[found->second.index].waiters.push_back(who);
  return true;
}

std::uint64_t cold_reads::start(std::size_t reader, const std::vector<storage::block_key>& keys,
                                const std::vector<read_waiter>& who) {
  assert(keys.size() == who.size() && !keys.empty());
  const auto number = ++last_batch_;
  auto& reads = batches_.emplace(number, batch{reader, {}}).first->second.reads;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    reads.push_back({keys[i], {who[i]}, true});
    [[maybe_unused]] const auto fresh = wanted_.emplace(keys[i], spot{number, i}).second;
    assert(fresh);
  }
  return number;
}

void cold_reads::forget(const storage::block_key& key) {
  const auto found = wanted_.find(key);
  if (found == wanted_.end())
    return;
  batches_.at(found->second.batch).reads[found->second.index].wanted = false;
  wanted_.erase(found);
}

void cold_reads::forget_all() {
  for (const auto& [key, where] : wanted_)
    batches_.at(where.batch).reads[where.index].wanted = false;
  wanted_.clear();
}

std::vector<finished_read> cold_reads::finish(std::uint64_t number) {
  auto node = batches_.extract(number);
  if (node.empty())
    return {};
  for (const auto& read : node.mapped().reads)
    if (read.wanted)
      wanted_.erase(read.key);
  return std::move(node.mapped().reads);
}

std::vector<std::uint64_t> cold_reads::batches_of(std::size_t reader) const {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, item] : batches_)
    if (item.reader == reader)
      numbers.push_back(number);
  return numbers;
}

} // namespace hearth::actors
