#include "actors/tiers/cold_reads.hpp"

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

std::uint64_t cold_reads::begin() {
  batches_.emplace(++last_batch_, batch{{}, std::make_shared<storage::cancellation>(false)});
  return last_batch_;
}

std::shared_ptr<const storage::cancellation> cold_reads::cancellation_of(std::uint64_t number) const {
  return batches_.at(number).cancelled;
}

void cold_reads::add(std::uint64_t number, const cold_read& read, const read_waiter& who) {
  auto& reads = batches_.at(number).reads;
  [[maybe_unused]] const auto fresh = wanted_.emplace(read.key, spot{number, reads.size()}).second;
  assert(fresh);
  reads.push_back({read, {who}, true});
}

void cold_reads::leave(std::uint64_t waiter) {
  for (auto& [number, item] : batches_) {
    std::size_t left = 0;
    std::size_t waiting = 0;
    for (auto& read : item.reads) {
      left += std::erase_if(read.waiters, [&](const read_waiter& who) { return who.waiter == waiter; });
      waiting += read.waiters.size();
    }
    if (left == 0 || waiting > 0)
      continue;
    *item.cancelled = true;
    for (const auto& read : item.reads)
      if (read.wanted)
        forget(read.read.key);
  }
}

void cold_reads::forget(const storage::block_key& key) {
  const auto found = wanted_.find(key);
  if (found == wanted_.end())
    return;
  batches_.at(found->second.batch).reads[found->second.index].wanted = false;
  wanted_.erase(found);
}

std::vector<finished_read> cold_reads::finish(std::uint64_t number) {
  auto node = batches_.extract(number);
  if (node.empty())
    return {};
  *node.mapped().cancelled = true; // the reader may have died with these reads in flight
  for (const auto& read : node.mapped().reads)
    if (read.wanted)
      wanted_.erase(read.read.key);
  return std::move(node.mapped().reads);
}

std::vector<std::uint64_t> cold_reads::batches() const {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(batches_.size());
  for (const auto& [number, item] : batches_)
    numbers.push_back(number);
  return numbers;
}

} // namespace hearth::actors
