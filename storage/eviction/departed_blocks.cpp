#include "storage/eviction/departed_blocks.hpp"

#include <algorithm>
#include <cassert>

#include <xxhash.h>

namespace hearth::storage {

namespace {

/// The fingerprint uses the whole key: the keys of a host may differ in few bytes.
departed_blocks::entry named(const block_key& key) noexcept {
  const auto hash = XXH3_64bits(key.bytes.data(), key.bytes.size());
  return {static_cast<std::uint32_t>(hash), static_cast<std::uint16_t>(hash >> 48), 0, {}};
}

} // namespace

departed_blocks::entry& departed_blocks::add(const block_key& key, block_history history, std::size_t children) {
  assert(history.cohort != 0);
  auto one = named(key);
  one.children = static_cast<std::uint16_t>(std::min<std::size_t>(children, children_max));
  one.history = history;
  return append(one);
}

departed_blocks::entry& departed_blocks::append(const entry& one) {
  if (4 * (used_ + 1) > 3 * table_.size())
    grow();
  if (next() == 0) // the numbers have wrapped around: skip number 0 with a gap, or start at 1
    entries_.empty() ? void(first_ = 1) : void(entries_.emplace_back());
  entries_.push_back(one);
  place(next() - 1);
  ++used_;
  return entries_.back();
}

departed_blocks::entry* departed_blocks::find(const block_key& key) noexcept {
  const auto wanted = named(key);
  for (auto i = home_of(wanted); table_[i] != 0; i = (i + 1) & (table_.size() - 1))
    if (auto& one = at(table_[i]); one.low == wanted.low && one.high == wanted.high)
      return &one;
  return nullptr;
}

departed_blocks::entry* departed_blocks::renew(entry* one) {
  const auto before_it = static_cast<number>(table_[place_of(one)] - first_);
  return before_it < entries_.size() / 2 ? &append(take(one)) : one;
}

departed_blocks::entry departed_blocks::take(entry* one) noexcept {
  const auto taken = *one;
  unplace(place_of(one));
  *one = {};
  drop_gaps();
  return taken;
}

std::size_t departed_blocks::place_of(const entry* one) noexcept {
  auto i = home_of(*one);
  while (&at(table_[i]) != one)
    i = (i + 1) & (table_.size() - 1);
  return i;
}

void departed_blocks::place(number one) noexcept {
  auto i = home_of(at(one));
  while (table_[i] != 0)
    i = (i + 1) & (table_.size() - 1);
  table_[i] = one;
}

void departed_blocks::grow() {
  table_ = std::vector<number>(2 * table_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].history.cohort != 0)
      place(static_cast<number>(first_ + i));
}

/// Closes the gap: moves up entries that a lookup would otherwise no longer find (Knuth, TAOCP 3, 6.4, algorithm R).
void departed_blocks::unplace(std::size_t gap) noexcept {
  const auto mask = table_.size() - 1;
  for (auto i = (gap + 1) & mask; table_[i] != 0; i = (i + 1) & mask)
    if (((i - home_of(at(table_[i]))) & mask) >= ((i - gap) & mask)) {
      table_[gap] = table_[i];
      gap = i;
    }
  table_[gap] = 0;
  --used_;
}

void departed_blocks::drop_gaps() noexcept {
  while (!entries_.empty() && entries_.back().history.cohort == 0)
    entries_.pop_back();
  for (; !entries_.empty() && entries_.front().history.cohort == 0; ++first_)
    entries_.pop_front();
}

} // namespace hearth::storage
