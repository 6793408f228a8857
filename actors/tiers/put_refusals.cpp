#include "actors/tiers/put_refusals.hpp"

#include <string>

namespace hearth::actors {

using storage::errc;
using storage::failure;

failure conflict(const storage::block& item, const lookup_result& seen) {
  return {errc::conflict, "key " + to_hex(item.key) + " is there with " + std::to_string(seen.bytes) +
                              " bytes in namespace " + std::to_string(seen.name_space) + ", put with " +
                              std::to_string(item.payload.size()) + " bytes in namespace " +
                              std::to_string(item.name_space) + ": erase it first, or use a key of its own"};
}

failure not_admitted(std::uint64_t bytes, disposition end) {
  switch (end) {
  case disposition::full: return {errc::overloaded, "late_full: the writer's mailbox is full; try again later"};
  case disposition::orphan: return {errc::orphan, "its parent is in no tier: put the chain from its head"};
  case disposition::too_large:
    return {errc::too_large, "a block of " + std::to_string(bytes) +
                                 " bytes fits neither the hot tier nor the writer's mailbox and the cold tier"};
  case disposition::over_budget: return {errc::overloaded, "over_budget: the write budget is used up; try again later"};
  case disposition::admitted:
  case disposition::no_writer:
  case disposition::spared: break;
  }
  return {errc::overloaded, "the writer died and is being replaced: try again later"};
}

} // namespace hearth::actors
