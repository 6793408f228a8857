#include "storage/segments/segment_table.hpp"

#include "storage/segments/segment_record.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace hearth::storage {

namespace {

constexpr std::uint32_t turnover_ticks = 1024;
constexpr std::uint32_t rebase_ticks = 500 * turnover_ticks; ///< 2^500 is far from the largest double, 2^1023

/// Entry of the block's namespace in `live_bytes_by`, or its insertion point.
auto live_bytes_at(segment& of, const indexed_block& block) {
  return std::lower_bound(of.live_bytes_by.begin(), of.live_bytes_by.end(), block.name_space,
                          [](const auto& one, auto name_space) { return one.first < name_space; });
}

} // namespace

std::uint64_t segment::live_bytes_in(std::span<const namespace_id> namespaces) const {
  std::uint64_t sum = 0;
  for (const auto& [name_space, bytes] : live_bytes_by)
    if (std::binary_search(namespaces.begin(), namespaces.end(), name_space))
      sum += bytes;
  return sum;
}

segment_table::segment_table(std::uint64_t capacity_bytes)
    : tick_bytes_(std::max<std::uint64_t>(1, capacity_bytes / turnover_ticks)) {}

void segment_table::capacity(std::uint64_t bytes) {
  const auto tick = used_bytes_ / tick_bytes_;
  tick_bytes_ = std::max<std::uint64_t>(1, bytes / turnover_ticks);
  used_bytes_ = tick * tick_bytes_;
}

segment& segment_table::add(std::uint32_t slot) {
  const auto [at, added] = segments_.try_emplace(slot);
  assert(added);
  at->second.slot = slot;
  return at->second;
}

void segment_table::remove(std::uint32_t slot) {
  segments_.erase(slot);
  sealing_.erase(slot);
}

void segment_table::seal(segment& full) {
  full.state = segment_state::sealing;
  sealing_.insert(full.slot);
}

void segment_table::complete(segment& full) {
  assert(full.state == segment_state::sealing);
  full.state = segment_state::sealed;
  sealing_.erase(full.slot);
}

std::uint32_t segment_table::use(std::uint64_t bytes) {
  used_bytes_ += bytes;
  const auto tick = static_cast<std::uint32_t>(used_bytes_ / tick_bytes_);
  while (tick - base_tick_ > rebase_ticks)
    rebase();
  return tick;
}

void segment_table::enter(segment& of, const indexed_block& block) {
  const auto bytes = segment_record_bytes(block.payload_bytes);
  ++of.live_blocks;
  of.live_bytes += bytes;
  auto in = live_bytes_at(of, block);
  if (in == of.live_bytes_by.end() || in->first != block.name_space)
    in = of.live_bytes_by.insert(in, {static_cast<namespace_id>(block.name_space), 0});
  in->second += bytes;
  of.worth += static_cast<double>(bytes) * weight(block.last_use);
}

void segment_table::leave(segment& of, const indexed_block& block) {
  const auto bytes = segment_record_bytes(block.payload_bytes);
  assert(of.live_blocks > 0 && of.live_bytes >= bytes);
  --of.live_blocks;
  of.live_bytes -= bytes;
  const auto in = live_bytes_at(of, block);
  assert(in != of.live_bytes_by.end() && in->first == block.name_space && in->second >= bytes);
  in->second -= bytes;
  if (in->second == 0)
    of.live_bytes_by.erase(in);
  // Sums of doubles leave rounding errors: the worth of an empty segment is set to 0.
  of.worth = of.live_blocks == 0 ? 0 : std::max(0.0, of.worth - static_cast<double>(bytes) * weight(block.last_use));
}

void segment_table::used_again(segment& of, const indexed_block& block, std::uint32_t before, std::uint32_t now) {
  const auto bytes = static_cast<double>(segment_record_bytes(block.payload_bytes));
  of.worth = std::max(0.0, of.worth + bytes * (weight(now) - weight(before)));
}

double segment_table::weight(std::uint32_t tick) const {
  // Ticks before the base give a negative exponent. Both counters may have wrapped around at 2^32.
  const auto since = tick - base_tick_;
  const auto exponent = since <= rebase_ticks ? static_cast<double>(since) : -static_cast<double>(base_tick_ - tick);
  return std::exp2(exponent / turnover_ticks);
}

void segment_table::rebase() {
  base_tick_ += rebase_ticks;
  const auto factor = std::exp2(-static_cast<double>(rebase_ticks) / turnover_ticks);
  for (auto& [slot, segment] : segments_)
    segment.worth *= factor;
}

} // namespace hearth::storage
