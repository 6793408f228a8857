#pragma once

#include "actors/protocol.hpp"
#include "messages/bounds.hpp"

#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace hearth::actors {

/// Actor handle with the gate of its mailbox.
template <class Handle>
struct bounded_ref {
  Handle actor;
  std::shared_ptr<messages::gate> gate;
};

/// Sends `message` if the mailbox has room. Returns false if it has none: nothing was sent. Threads: any.
template <class Handle, class Message>
[[nodiscard]] bool try_send(const bounded_ref<Handle>& to, Message message) {
  message.slot = messages::admit(to.gate, messages::load_of(message), messages::importance_of(message));
  if (!message.slot)
    return false;
  caf::anon_send(to.actor, std::move(message));
  return true;
}

} // namespace hearth::actors
