#pragma once

#include "messages/tier_messages.hpp"

#include <utility>
#include <vector>

namespace hearth::testing {

/// A block that was sent to the writer, with its permit for the mailbox.
struct sent_block {
  messages::offered_block block;
  messages::permit slot;
};

/// Splits a write request into single blocks, as the writer does first.
inline void take_apart(messages::write_request x, std::vector<sent_block>& into) {
  for (auto& block : x.blocks) {
    auto slot = x.slot.split({1, block.item.payload.size()});
    into.push_back({std::move(block), std::move(slot)});
  }
}

} // namespace hearth::testing
