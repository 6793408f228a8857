#pragma once

#include "messages/host_messages.hpp"
#include "messages/tier_messages.hpp"

namespace hearth::messages {

/// What each bounded message takes of its receiver's mailbox. Key lists weigh what they hold.
[[nodiscard]] inline load load_of(const put_request& x) noexcept { return {1, x.item.payload.size()}; }
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
[[nodiscard]] inline load load_of(const totals_note&) noexcept { return {1, 0}; }
[[nodiscard]] inline load load_of(const write_request& x) noexcept { return {1, x.item.payload.size()}; }
[[nodiscard]] inline load load_of(const read_request& x) noexcept { return {x.keys.size(), x.bytes}; }

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
