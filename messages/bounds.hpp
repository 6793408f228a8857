#pragma once

#include "messages/host_messages.hpp"
#include "messages/tier_messages.hpp"

namespace hearth::messages {

/// What each bounded message takes of its receiver's mailbox. Key lists weigh what they hold.
[[nodiscard]] inline load load_of(const put_request& x) noexcept { return {1, x.item.payload.size()}; }
[[nodiscard]] inline load load_of(const put_many_request& x) noexcept {
  load sum;
  for (const auto& item : x.chain)
    sum.bytes += item.payload.size();
  return sum;
}
[[nodiscard]] inline load load_of(const get_prefix_request& x) noexcept {
  return {1, x.keys.size() * sizeof(storage::block_key)};
}
[[nodiscard]] inline load load_of(const contains_request& x) noexcept {
  return {1, x.keys.size() * sizeof(storage::block_key)};
}
[[nodiscard]] inline load load_of(const erase_request&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const clear_request&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const limit_request&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const flush_request&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const snapshot_request&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const reset_request&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const tally_changed&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const write_request& x) noexcept {
  load sum{x.blocks.size(), 0};
  for (const auto& each : x.blocks)
    sum.bytes += each.item.payload.size();
  return sum;
}
[[nodiscard]] inline load load_of(const read_request& x) noexcept { return {x.keys.size(), x.bytes}; }

/// Blocks that a message asks to keep; 0 for all that is no put.
struct puts {
  storage::namespace_id name_space = 0;
  std::uint64_t blocks = 0;
};
template <class Message>
[[nodiscard]] constexpr puts puts_in(const Message&) noexcept {
  return {};
}
[[nodiscard]] inline puts puts_in(const put_request& x) noexcept { return {x.item.name_space, 1}; }
[[nodiscard]] inline puts puts_in(const put_many_request& x) noexcept { return {x.name_space, x.chain.size()}; }

/// What a host does rarely and must get through uses the slots that are kept for it.
template <class Message>
[[nodiscard]] constexpr importance importance_of(const Message&) noexcept {
  return importance::ordinary;
}
[[nodiscard]] constexpr importance importance_of(const clear_request&) noexcept { return importance::urgent; }
[[nodiscard]] constexpr importance importance_of(const limit_request&) noexcept { return importance::urgent; }
[[nodiscard]] constexpr importance importance_of(const flush_request&) noexcept { return importance::urgent; }
[[nodiscard]] constexpr importance importance_of(const snapshot_request&) noexcept { return importance::urgent; }
[[nodiscard]] constexpr importance importance_of(const reset_request&) noexcept { return importance::urgent; }

} // namespace hearth::messages
