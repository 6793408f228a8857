#include "storage/segments/block_index.hpp"

#include <cassert>
#include <cstring>
#include <utility>

namespace hearth::storage {

namespace {

/// Hash of the whole key: a host's own keys may differ in any byte. Fibonacci hashing (Knuth, TAOCP 6.4), word by word.
std::uint64_t mixed(const block_key& key) {
  std::uint64_t hash = 0;
  for (std::size_t at = 0; at < key.bytes.size(); at += sizeof(hash)) {
    std::uint64_t word = 0;
    std::memcpy(&word, key.bytes.data() + at, sizeof(word));
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 32;
  }
  return hash * 0x9e3779b97f4a7c15u;
}

std::size_t table_of(std::uint64_t hash) { return hash >> 58; }

std::size_t place_of(std::uint64_t hash, std::size_t places) { return (hash >> 16) & (places - 1); }

} // namespace

record_id block_index::find(const block_key& key) const {
  const auto hash = mixed(key);
  const auto& places = tables_[table_of(hash)].places;
  if (places.empty())
    return no_record;
  for (auto at = place_of(hash, places.size());; at = (at + 1) & (places.size() - 1)) {
    if (places[at] == no_record || this->at(places[at]).key == key)
      return places[at];
  }
}

record_id block_index::add(const indexed_block& block, segment_blocks& segment) {
  assert(find(block.key) == no_record);
  assert(block.sequence != 0);
  const auto id = take_entry();
  entry_of(id) = entry{block};
  link_newest(id);
  enlist(id, segment);
  insert(id);
  ++size_;
  return id;
}

void block_index::remove(record_id id, segment_blocks& segment) {
  erase(id);
  unlink(id);
  delist(id, segment);
  entry_of(id) = {};
  entry_of(id).newer = std::exchange(free_, id);
  --size_;
}

void block_index::touch(record_id id, std::uint32_t tick) {
  unlink(id);
  link_newest(id);
  auto& used = entry_of(id).block;
  used.last_use = tick;
  used.used = 1;
}

void block_index::move(record_id id, std::uint32_t slot, std::uint32_t page, segment_blocks& from, segment_blocks& to) {
  delist(id, from);
  auto& moved = entry_of(id).block;
  moved.slot = slot;
  moved.page = page;
  moved.used = 0;
  enlist(id, to);
}

record_id block_index::walk() {
  const auto met = walk_;
  if (met != no_record)
    walk_ = newer(met);
  return met;
}

std::size_t block_index::memory_bytes() const {
  auto bytes = chunks_.size() * chunk_entries * sizeof(entry);
  for (const auto& table : tables_)
    bytes += table.places.capacity() * sizeof(record_id);
  return bytes;
}

record_id block_index::take_entry() {
  if (free_ != no_record)
    return std::exchange(free_, entry_of(free_).newer);
  if (fresh_ == chunks_.size() * chunk_entries)
    chunks_.push_back(std::make_unique<entry[]>(chunk_entries));
  assert(fresh_ != no_record);
  return fresh_++;
}

void block_index::enlist(record_id id, segment_blocks& segment) {
  auto& listed = entry_of(id);
  listed.previous = no_record;
  listed.next = segment.first;
  if (segment.first != no_record)
    entry_of(segment.first).previous = id;
  segment.first = id;
}

void block_index::delist(record_id id, segment_blocks& segment) {
  const auto& gone = entry_of(id);
  assert(gone.previous != no_record || segment.first == id);
  (gone.previous == no_record ? segment.first : entry_of(gone.previous).next) = gone.next;
  if (gone.next != no_record)
    entry_of(gone.next).previous = gone.previous;
}

void block_index::link_newest(record_id id) {
  auto& linked = entry_of(id);
  linked.older = newest_;
  linked.newer = no_record;
  if (newest_ == no_record)
    oldest_ = id;
  else
    entry_of(newest_).newer = id;
  newest_ = id;
}

void block_index::unlink(record_id id) {
  const auto& linked = entry_of(id);
  if (walk_ == id)
    walk_ = linked.newer;
  (linked.older == no_record ? oldest_ : entry_of(linked.older).newer) = linked.newer;
  (linked.newer == no_record ? newest_ : entry_of(linked.newer).older) = linked.older;
}

void block_index::insert(record_id id) {
  const auto hash = mixed(at(id).key);
  auto& table = tables_[table_of(hash)];
  if (4 * (table.used + 1) > 3 * table.places.size())
    grow(table);
  auto at = place_of(hash, table.places.size());
  while (table.places[at] != no_record)
    at = (at + 1) & (table.places.size() - 1);
  table.places[at] = id;
  ++table.used;
}

void block_index::grow(table& of) {
  const auto old =
      std::exchange(of.places, std::vector<record_id>(of.places.empty() ? 16 : 2 * of.places.size(), no_record));
  for (const auto id : old) {
    if (id == no_record)
      continue;
    auto at = place_of(mixed(this->at(id).key), of.places.size());
    while (of.places[at] != no_record)
      at = (at + 1) & (of.places.size() - 1);
    of.places[at] = id;
  }
}

/// Closes the gap by moving back entries that probing would no longer find (Knuth, TAOCP 6.4, algorithm R).
void block_index::erase(record_id id) {
  const auto hash = mixed(at(id).key);
  auto& table = tables_[table_of(hash)];
  auto& places = table.places;
  const auto mask = places.size() - 1;
  auto gap = place_of(hash, places.size());
  while (places[gap] != id)
    gap = (gap + 1) & mask;
  for (auto next = (gap + 1) & mask; places[next] != no_record; next = (next + 1) & mask) {
    const auto home = place_of(mixed(at(places[next]).key), places.size());
    if (((next - home) & mask) >= ((next - gap) & mask)) {
      places[gap] = places[next];
      gap = next;
    }
  }
  places[gap] = no_record;
  --table.used;
}

} // namespace hearth::storage
