#include "storage/hot/hot_index.hpp"

#include <cassert>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

namespace hearth::storage {

namespace {

constexpr std::size_t entries_at_first = 16;

} // namespace

hot_index::hot_index() {
  for (auto& one : shards_)
    one.entries.resize(entries_at_first);
}

hot_index::~hot_index() { clear(); }

buffer hot_index::copy(namespace_id name_space, const block_key& key) const noexcept {
  const auto place = place_of(key);
  const auto& in = shards_[place.shard];
  if (hidden_.load(std::memory_order_relaxed))
    return {};
  std::lock_guard guard{in.lock};
  const auto position = position_of(in, place.tag, key);
  if (position == absent)
    return {};
  const auto& found = at(in.entries[position].slot).item;
  return found.name_space == name_space ? found.payload : buffer{};
}

block_slot hot_index::insert(block item) {
  assert(find(item.key) == no_slot && !item.payload.empty());
  const auto place = place_of(item.key);
  auto& in = shards_[place.shard];
  std::vector<entry> larger;
  if (in.used + 1 > in.entries.size() / 8 * 7) {
    larger.resize(in.entries.size() * 2);
    for (const auto& one : in.entries)
      if (one.slot != no_slot)
        add(larger, one);
  }
  const auto slot = take_slot();
  new (&room_at(slot).block) hot_block{std::move(item)};
  std::lock_guard guard{in.lock};
  if (!larger.empty())
    in.entries.swap(larger);
  add(in.entries, {place.tag, slot});
  ++in.used;
  ++size_;
  return slot;
}

hot_block hot_index::erase(block_slot slot) {
  auto& block = at(slot);
  const auto place = place_of(block.item.key);
  auto& in = shards_[place.shard];
  const auto position = position_of(in, place.tag, block.item.key);
  assert(position != absent);
  {
    std::lock_guard guard{in.lock};
    remove(in.entries, position);
    --in.used;
  }
  --size_;
  auto taken = std::move(block);
  free_slot(slot);
  return taken;
}

void hot_index::clear() {
  for (auto& in : shards_) {
    std::vector<entry> taken(entries_at_first);
    {
      std::lock_guard guard{in.lock};
      in.entries.swap(taken);
      in.used = 0;
    }
    for (const auto& one : taken)
      if (one.slot != no_slot)
        free_slot(one.slot);
  }
  size_ = 0;
}

block_slot hot_index::take_slot() {
  if (const auto slot = free_slots_; slot != no_slot) {
    free_slots_ = room_at(slot).next_free;
    return slot;
  }
  auto& chunk = chunks_.at(slots_ / chunk_slots);
  if (!chunk)
    chunk = std::make_unique_for_overwrite<room[]>(chunk_slots);
  return ++slots_;
}

/// Destroys the block in the slot, and adds the slot to the free slots.
void hot_index::free_slot(block_slot slot) noexcept {
  auto& freed = room_at(slot);
  std::destroy_at(&freed.block);
  freed.next_free = std::exchange(free_slots_, slot);
}

void hot_index::add(std::vector<entry>& entries, entry one) noexcept {
  const auto mask = entries.size() - 1;
  auto position = one.tag & mask;
  while (entries[position].slot != no_slot)
    position = (position + 1) & mask;
  entries[position] = one;
}

/// Removes the entry and closes the gap: moves up later entries if that brings them nearer to the start of their search
/// (Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
void hot_index::remove(std::vector<entry>& entries, std::size_t position) noexcept {
  const auto mask = entries.size() - 1;
  auto gap = position;
  for (auto next = (gap + 1) & mask; entries[next].slot != no_slot; next = (next + 1) & mask) {
    const auto wanted = entries[next].tag & mask;
    if (((next - wanted) & mask) < ((next - gap) & mask))
      continue; // in the gap, the entry would be before the start of its search
    entries[gap] = entries[next];
    gap = next;
  }
  entries[gap] = {};
}

} // namespace hearth::storage
