#pragma once

#include "messages/tier_messages.hpp"

#include <utility>
#include <vector>

namespace hearth::testing {

/// A block that was sent to the writer, and its part of the mailbox.
struct sent_block {
  messages::offered_block block;
  messages::permit slot;
};

/// What the writer does first: each block by itself.
inline void take_apart(messages::write_request x, std::vector<sent_block>& into) {
  for (auto& block : x.blocks) {
    auto slot = x.slot.split({1, block.item.payload.size()});
    into.push_back({std::move(block), std::move(slot)});
  }
}

} // namespace hearth::testing
