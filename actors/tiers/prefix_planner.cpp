#include "actors/tiers/prefix_planner.hpp"

#include <algorithm>
#include <utility>

namespace hearth::actors {

prefix_planner::prefix_planner(tiers& kept, cold_reads& reads, std::shared_ptr<const limits_now> limits,
                               std::shared_ptr<stats::tally> tally, std::shared_ptr<messages::gate> reader_gate)
    : kept_(kept), reads_(reads), limits_(std::move(limits)), tally_(std::move(tally)),
      reader_gate_(std::move(reader_gate)) {}

/// Reserves the read of one more cold block, or joins a read in flight. False: the reader is dead or full.
bool prefix_planner::add_cold_read(prefix_plan& plan, const cold_read& read, std::uint64_t bytes,
                                   const read_waiter& who, bool reader_up) {
  if (!reads_.join(read.key, who)) {
    if (!reader_up)
      return false;
    // A block from a run with larger limits may be larger than the mailbox: then it is sent alone.
    auto slot = messages::admit(reader_gate_, {1, std::min(bytes, reader_gate_->limits().bytes_max)});
    if (!slot)
      return false;
    plan.read_slot.absorb(std::move(slot));
    plan.read_bytes += bytes;
    if (plan.reads.empty())
      plan.batch = reads_.begin();
    reads_.add(plan.batch, read, who);
    plan.reads.push_back(read.key);
  }
  ++plan.open;
  return true;
}

/// Fast path: adds the leading blocks that are hot and within the limit. Most requested blocks are. Returns their
/// bytes.
std::uint64_t prefix_planner::add_hot_run(const messages::get_prefix_request& x, std::uint64_t bytes_max,
                                          prefix_plan& plan, std::vector<storage::block_slot>& hot) const {
  std::uint64_t bytes = 0;
  for (const auto& key : x.keys) {
    const auto slot = kept_.hot().slot_of(key);
    if (slot == storage::no_slot)
      break;
    const auto& item = kept_.hot().at(slot).item;
    if (item.name_space != x.name_space || (!hot.empty() && bytes + item.payload.size() > bytes_max))
      break;
    bytes += item.payload.size();
    plan.found.blocks.push_back(item.payload);
    hot.push_back(slot);
  }
  return bytes;
}

prefix_plan prefix_planner::plan(const messages::get_prefix_request& x, std::uint64_t number, bool reader_up) {
  prefix_plan plan;
  auto& [name_space, blocks, truncated] = plan.found;
  name_space = x.name_space;
  blocks.reserve(x.keys.size());
  std::vector<storage::block_slot> hot; // slots of the hot blocks of the run
  hot.reserve(x.keys.size());
  const auto lease = limits_->lease_bytes_max();
  const auto bytes_max = x.bytes_max == 0 ? lease : std::min(x.bytes_max, lease);
  auto bytes = add_hot_run(x, bytes_max, plan, hot);
  stats::counters counted;
  counted.hot_cache_hits = blocks.size();
  bool whole = true; // no missing block so far
  for (auto i = blocks.size(); i < x.keys.size(); ++i) {
    auto seen = kept_.look(x.name_space, x.keys[i]);
    whole = whole && seen.where != place::nowhere;
    const bool too_much = whole && i > 0 && (bytes += seen.bytes) > bytes_max;
    if (too_much || (whole && seen.where == place::cold &&
                     !add_cold_read(plan, {x.keys[i], x.name_space}, seen.bytes, {number, i}, reader_up))) {
      truncated = true;
      break;
    }
    if (i == 0)
      bytes = seen.bytes;
    counted.misses += seen.where == place::nowhere ? 1 : 0;
    counted.hot_cache_hits += seen.where == place::hot ? 1 : 0;
    counted.pending_hits += seen.where == place::pending ? 1 : 0;
    counted.cold_hits += seen.where == place::cold && !whole ? 1 : 0;
    if (!whole)
      continue;
    blocks.push_back(std::move(seen.payload));
    hot.push_back(seen.slot);
  }
  kept_.asked(x.keys);
  plan.marked_dirty = touch(hot);
  tally_->update(x.name_space, [&](stats::tally_entry& entry) { entry.counters += counted; });
  return plan;
}

bool prefix_planner::used(std::span<const storage::block_key> chain) {
  kept_.asked(chain);
  std::vector<storage::block_slot> hot;
  hot.reserve(chain.size());
  for (const auto& key : chain)
    hot.push_back(kept_.hot().slot_of(key));
  return touch(hot);
}

bool prefix_planner::touch(std::span<const storage::block_slot> chain) {
  bool marked_dirty = false;
  for (auto i = chain.size(); i-- > 0;) // deepest first: heads outlive tails
    marked_dirty = kept_.touch(chain[i]) || marked_dirty;
  return marked_dirty;
}

} // namespace hearth::actors
