#pragma once

#include "actors/bounded_ref.hpp"
#include "actors/caf_errors.hpp"
#include "actors/protocol.hpp"
#include "messages/bounds.hpp"
#include "stats/tally.hpp"

#include <caf/mailbox_element.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace hearth::actors {

/// Message types that an actor's mailbox bounds; all other types always pass.
template <class... Messages>
struct bounds {};

/// Bound of one actor's mailbox. It outlives the actor and serves its successor. `tally` (may be null) counts rejected
/// puts; only the mailbox adds to it.
struct mailbox {
  std::shared_ptr<messages::gate> gate;
  std::shared_ptr<stats::tally> tally;
};

/// Actor with a bounded mailbox. `State` is constructed with the actor's self pointer and the arguments of spawn,
/// declares `using bounded_messages = bounds<...>`, and has `make_behavior()`. It is destroyed when the actor exits,
/// which breaks reference cycles. A message of a bounded type must find room in the gate, on the sender's thread. If
/// there is none, a requester gets `overloaded` (or `too_large`) at once, and a plain send is discarded (use `try_send`
/// to learn of it). Responses, exit, down and urgent messages always pass. A permit inside the message holds the room
/// until the message is destroyed, for whatever reason.
template <class Handle, class State>
class bounded final : public Handle::base {
public:
  template <class... Arguments>
  bounded(caf::actor_config& config, mailbox box, Arguments&&... arguments)
      : Handle::base(config), mailbox_(std::move(box)),
        state_(std::in_place, this, std::forward<Arguments>(arguments)...) {}

  using Handle::base::enqueue;

  void enqueue(caf::mailbox_element_ptr element, caf::execution_unit* context) override {
    if (element->mid.is_response() || element->mid.is_urgent_message() ||
        admit_one_of(element, context, typename State::bounded_messages{}))
      Handle::base::enqueue(std::move(element), context);
  }

  const char* name() const override { return State::name; }

  void on_exit() override {
    state_.reset();
    Handle::base::on_exit();
  }

protected:
  typename Handle::behavior_type make_behavior() override { return state_->make_behavior(); }

private:
  template <class... Messages>
  bool admit_one_of(caf::mailbox_element_ptr& element, caf::execution_unit* context, bounds<Messages...>) {
    bool admitted = true;
    (void)(... || (element->content().template match_elements<Messages>() &&
                   ((admitted = admit<Messages>(element, context)), true)));
    return admitted;
  }

  template <class Message>
  bool admit(caf::mailbox_element_ptr& element, caf::execution_unit* context) {
    // The message is shared: copy it, because its slot must belong to this mailbox alone.
    if (element->content().shared())
      element = caf::make_mailbox_element(element->sender, element->mid, element->stages,
                                          Message(element->content().template get_as<Message>(0)));
    auto& message = element->content().template get_mutable_as<Message>(0);
    if (message.slot) // `try_send` has admitted it
      return true;
    const auto size = messages::load_of(message);
    message.slot = messages::admit(mailbox_.gate, size, messages::importance_of(message));
    if (message.slot)
      return true;
    refuse(*element, context, message, size);
    return false;
  }

  template <class Message>
  void refuse(caf::mailbox_element& element, caf::execution_unit* context, const Message& message,
              const messages::load& size) {
    const bool for_ever = mailbox_.gate->never_admits(size);
    if (mailbox_.tally)
      if (const auto puts = messages::puts_in(message); puts.blocks > 0)
        mailbox_.tally->update(puts.name_space, [&](auto& entry) { entry.counters.puts_rejected += puts.blocks; });
    if (!element.mid.is_request())
      return;
    const auto limits = mailbox_.gate->limits();
    const auto text = std::string{State::name} + "'s mailbox takes " + std::to_string(limits.slots_max) +
                      " messages and " + std::to_string(limits.bytes_max) + " bytes; ";
    const auto error =
        for_ever ? storage::failure{storage::errc::too_large, text + "this message has " + std::to_string(size.bytes)}
                 : storage::failure{storage::errc::overloaded, text + "it is full: try again later"};
    element.sender->enqueue(nullptr, element.mid.response_id(), caf::make_message(to_caf(error)), context);
  }

  mailbox mailbox_;
  std::optional<State> state_;
};

/// Response promise that answers `closed` if it is dropped. Move-only.
template <class Reply>
class answer {
public:
  explicit answer(caf::typed_response_promise<Reply> promise) : promise_(std::move(promise)) {}
  answer(answer&&) noexcept = default;
  answer& operator=(answer&&) = delete;
  ~answer() {
    if (promise_.pending())
      fail({storage::errc::closed, "the cache was closed before it could answer"});
  }

  void deliver(Reply reply) { promise_.deliver(std::move(reply)); }
  void fail(const storage::failure& error) { promise_.deliver(to_caf(error)); }

private:
  caf::typed_response_promise<Reply> promise_;
};

} // namespace hearth::actors
