#pragma once

#include "messages/host_messages.hpp"
#include "messages/tier_messages.hpp"

namespace hearth::messages {

/// Load of each bounded message on its receiver's mailbox. A list of keys counts with the bytes of its keys.
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
[[nodiscard]] inline load load_of(const history_request&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const reset_request&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const tally_changed&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const write_request& x) noexcept {
  load sum{x.blocks.size(), 0};
  for (const auto& each : x.blocks)
    sum.bytes += each.item.payload.size();
  return sum;
}
[[nodiscard]] inline load load_of(const read_request& x) noexcept { return {x.keys.size(), x.bytes}; }

/// Blocks that a message puts; 0 if the message is not a put.
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

/// Urgent messages may use the reserved slots. Hosts send them rarely, and they must get through.
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
