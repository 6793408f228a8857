#include "storage/segments/present_blocks.hpp"

#include "storage/segments/segment_record.hpp"

namespace hearth::storage {

std::vector<block_key> present_blocks::keys() const {
  std::vector<block_key> keys;
  keys.reserve(index_.size());
  for (auto id = index_.oldest(); id != no_record; id = index_.newer(id))
    keys.push_back(index_.at(id).key);
  return keys;
}

void present_blocks::recovered(const indexed_block& found) { add(found, &cold_ledger::recovered); }

void present_blocks::persisted(const indexed_block& written, bool erased) {
  const auto present = index_.find(written.key);
  if (erased || (present != no_record && index_.at(present).sequence > written.sequence)) {
    ledgers_.pass_through(static_cast<namespace_id>(written.name_space), written.payload_bytes);
    return;
  }
  if (present != no_record)
    take_out(present, &cold_ledger::erased);
  add(written, &cold_ledger::persisted);
}

void present_blocks::add(indexed_block added, cold_amount cold_ledger::*origin) {
  const auto bytes = segment_record_bytes(added.payload_bytes);
  auto& in = segments_.at(added.slot);
  added.last_use = segments_.use(bytes);
  index_.add(added, in.blocks);
  segments_.enter(in, added);
  ledgers_.enter(static_cast<namespace_id>(added.name_space), added.payload_bytes, bytes, origin);
}

void present_blocks::use(record_id id) {
  const auto& used = index_.at(id);
  const auto tick = segments_.use(segment_record_bytes(used.payload_bytes));
  segments_.used_again(segments_.at(used.slot), used, used.last_use, tick);
  index_.touch(id, tick);
}

void present_blocks::take_out(record_id id, cold_amount cold_ledger::*reason) {
  const auto gone = index_.at(id);
  auto& in = segments_.at(gone.slot);
  segments_.leave(in, gone);
  index_.remove(id, in.blocks);
  ledgers_.leave(static_cast<namespace_id>(gone.name_space), gone.payload_bytes,
                 segment_record_bytes(gone.payload_bytes), reason);
  in.index_dirty = true; // a crash must not bring the block back
  if (reason == &cold_ledger::reclaimed)
    reclaimed_.push_back(gone.key);
}

std::size_t present_blocks::erase_if(const std::function<bool(const indexed_block&)>& matches) {
  std::size_t count = 0;
  for (auto id = index_.oldest(); id != no_record;) {
    const auto next = index_.newer(id);
    if (matches(index_.at(id))) {
      take_out(id, &cold_ledger::erased);
      ++count;
    }
    id = next;
  }
  return count;
}

void present_blocks::reclaim(const segment& victim) {
  while (victim.blocks.first != no_record)
    take_out(victim.blocks.first, &cold_ledger::reclaimed);
}

std::vector<abandoned_block> present_blocks::abandon() {
  std::vector<abandoned_block> gone;
  gone.reserve(index_.size());
  for (auto id = index_.oldest(); id != no_record; id = index_.oldest()) {
    const auto& one = index_.at(id);
    gone.push_back({one.key, {static_cast<namespace_id>(one.name_space), one.payload_bytes}, one.sequence});
    take_out(id, &cold_ledger::vanished);
  }
  return gone;
}

bool present_blocks::moved(const block_key& key, std::uint64_t sequence, std::uint32_t slot, std::uint32_t page) {
  const auto id = index_.find(key);
  if (id == no_record || index_.at(id).sequence != sequence)
    return false;
  const auto before = index_.at(id);
  auto& from = segments_.at(before.slot);
  auto& to = segments_.at(slot);
  segments_.leave(from, before);
  from.index_dirty = true; // a later erase marks only the segment of the copy
  index_.move(id, slot, page, from.blocks, to.blocks);
  segments_.enter(to, index_.at(id));
  return true;
}

bool present_blocks::walk(std::size_t count, std::vector<std::uint64_t>& sequences) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto id = index_.walk();
    if (id == no_record)
      return false;
    sequences.push_back(index_.at(id).sequence);
  }
  return true;
}

} // namespace hearth::storage
