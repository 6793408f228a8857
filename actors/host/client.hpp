#pragma once

#include "actors/caf_errors.hpp"
#include "actors/journal.hpp"
#include "actors/protocol.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_companion.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace hearth {

/// Client: sends requests to actors from ordinary threads. A request takes one message in each direction. No actor has
/// to be scheduled for the reply: its callback runs on the thread that sent the reply. Threads: any.
class client {
public:
  client(caf::actor_system& system, std::shared_ptr<actors::journal> journal);
  ~client(); ///< closes

  /// Ends all waiting requests, and all later ones, with `closed`.
  void close();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Sends `message` and calls `callback` exactly once, with the reply or an error, possibly before this returns.
  /// `if_gone` is the error if the receiver has died. An exception of `callback` is logged, so that it does not end an
  /// actor.
  template <class Reply, class Handle, class Message>
  void request(const Handle& to, Message message, std::function<void(storage::result<Reply>)> callback,
               storage::failure if_gone) {
    auto done = [this, callback = std::move(callback)](storage::result<Reply> end) {
      guarded([&] { callback(std::move(end)); });
    };
    const auto receiver = caf::actor_cast<caf::strong_actor_ptr>(to);
    if (closed_) {
      done({storage::errc::closed, "the cache was closed before it could be asked"});
      return;
    }
    if (!receiver) {
      done(std::move(if_gone));
      return;
    }
    const auto number = expect([done = std::move(done),
                                if_gone = std::move(if_gone)](const caf::type_erased_tuple* content) {
      if (content == nullptr)
        done({storage::errc::closed, "the cache was closed before it could answer"});
      else if (content->match_elements<Reply>())
        done(content->get_as<Reply>(0));
      else if (content->match_elements<caf::error>())
        done(actors::receiver_gone(content->get_as<caf::error>(0)) ? if_gone
                                                                   : actors::from_caf(content->get_as<caf::error>(0)));
      else
        done({storage::errc::io, "unexpected answer: " + content->stringify()});
    });
    receiver->enqueue(caf::make_mailbox_element(caf::actor_cast<caf::strong_actor_ptr>(companion_),
                                                caf::make_message_id(number), {}, std::move(message)),
                      nullptr);
  }

  /// Calls a host's `callback`; logs its exception.
  void guarded(const std::function<void()>& callback) const;

private:
  using reply_handler = std::function<void(const caf::type_erased_tuple*)>;

  std::uint64_t expect(reply_handler handler);
  void receive(const caf::mailbox_element& element);

  const std::shared_ptr<actors::journal> journal_;
  caf::actor companion_;
  std::atomic<bool> closed_{false};
  std::mutex mutex_;
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, reply_handler> waiting_;
};

} // namespace hearth
