#include "actors/tiers/prefix_reads.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

namespace hearth::actors {

using storage::errc;

void prefix_reads::add(std::uint64_t number, found_prefix found, std::size_t open, time_point deadline) {
  assert(open > 0 && open <= found.blocks.size());
  const auto usable = found.blocks.size();
  gets_.emplace(number, get{std::move(found), open, deadline, usable, std::numeric_limits<std::size_t>::max()});
}

std::optional<prefix_reads::answered_get> prefix_reads::end_read(const read_waiter& who,
                                                                 const storage::result<storage::block>& outcome) {
  const auto place = gets_.find(who.waiter);
  assert(place != gets_.end());
  auto& one = place->second;
  if (outcome.ok())
    one.found.blocks[who.index] = outcome->payload;
  else
    one.usable = std::min(one.usable, who.index);
  if (outcome.code() == errc::no_memory)
    one.unread = std::min(one.unread, who.index);
  if (--one.open > 0)
    return std::nullopt;
  return answer(who.waiter, std::move(gets_.extract(place).mapped()));
}

prefix_reads::answered_get prefix_reads::answer(std::uint64_t number, get ended) {
  auto& [name_space, blocks, truncated] = ended.found;
  const bool cut = ended.usable < blocks.size();
  const bool unread = ended.unread == ended.usable;
  blocks.resize(ended.usable);
  if (unread && blocks.empty())
    return {number, name_space,
            storage::failure{errc::no_memory, "the block is in the cold tier: there was no memory to read it into"}};
  return {number, name_space, messages::get_prefix_reply{std::move(blocks), cut ? unread : truncated, true}};
}

std::vector<prefix_reads::late_get> prefix_reads::take_late(time_point now) {
  std::vector<late_get> late;
  std::erase_if(gets_, [&](const auto& entry) {
    const auto& [number, one] = entry;
    if (one.deadline > now)
      return false;
    late.push_back({number, one.found.name_space, one.open});
    return true;
  });
  return late;
}

std::optional<prefix_reads::time_point> prefix_reads::next_deadline() const {
  std::optional<time_point> next;
  for (const auto& [number, one] : gets_)
    next = std::min(next.value_or(one.deadline), one.deadline);
  return next;
}

} // namespace hearth::actors
