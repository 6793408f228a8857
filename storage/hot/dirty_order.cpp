#include "storage/hot/dirty_order.hpp"

#include <algorithm>
#include <cassert>

namespace hearth::storage {

namespace {

constexpr std::size_t gaps_at_least = 64; ///< with fewer gaps, a pass is not worth its cost

} // namespace

std::uint64_t dirty_order::add(block_slot slot) {
  entries_.push_back({++last_number_, slot});
  return last_number_;
}

std::deque<dirty_order::entry>::const_iterator dirty_order::first_from(std::uint64_t number) const {
  return std::lower_bound(entries_.begin(), entries_.end(), number,
                          [](const entry& one, std::uint64_t wanted) { return one.number < wanted; });
}

void dirty_order::remove(std::uint64_t number) {
  const auto found = first_from(number);
  assert(found != entries_.end() && found->number == number && found->slot != no_slot);
  entries_[static_cast<std::size_t>(found - entries_.cbegin())].slot = no_slot;
  ++gaps_;
  for (; !entries_.empty() && entries_.front().slot == no_slot; --gaps_)
    entries_.pop_front();
  if (gaps_ > gaps_at_least && gaps_ > entries_.size() / 5)
    std::erase_if(entries_, [](const entry& one) { return one.slot == no_slot; }), gaps_ = 0;
}

block_slot dirty_order::behind(std::uint64_t number) const {
  auto found = first_from(number + 1);
  while (found != entries_.end() && found->slot == no_slot)
    ++found;
  return found == entries_.end() ? no_slot : found->slot;
}

} // namespace hearth::storage
