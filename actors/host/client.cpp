#include "actors/host/client.hpp"

#include <exception>

namespace hearth {

client::client(caf::actor_system& system, std::shared_ptr<actors::journal> journal)
    : journal_(std::move(journal)), companion_(system.spawn<caf::actor_companion>()) {
  caf::actor_cast<caf::actor_companion*>(companion_)->on_enqueue([this](caf::mailbox_element_ptr element) {
    if (element->mid.is_response())
      receive(*element);
  });
}

client::~client() { close(); }

void client::close() {
  if (closed_.exchange(true))
    return;
  auto* companion = caf::actor_cast<caf::actor_companion*>(companion_);
  companion->on_enqueue({}); // waits for running calls of `receive`; none starts after this
  companion->cleanup(caf::exit_reason::normal, nullptr);
  std::unordered_map<std::uint64_t, reply_handler> waiting;
  {
    std::lock_guard guard{mutex_};
    waiting.swap(waiting_);
  }
  for (auto& [number, handler] : waiting)
    handler(nullptr);
}

void client::guarded(const std::function<void()>& callback) const {
  try {
    callback();
  } catch (const std::exception& thrown) {
    journal_->error("host.callback_threw", "what=\"{}\"", thrown.what());
  } catch (...) {
    journal_->error("host.callback_threw", "what=unknown");
  }
}

std::uint64_t client::expect(reply_handler handler) {
  std::lock_guard guard{mutex_};
  waiting_.emplace(++last_number_, std::move(handler));
  return last_number_;
}

void client::receive(const caf::mailbox_element& element) {
  reply_handler handler;
  {
    std::lock_guard guard{mutex_};
    auto node = waiting_.extract(element.mid.request_id().integer_value());
    if (node.empty())
      return;
    handler = std::move(node.mapped());
  }
  handler(&element.content());
}

} // namespace hearth
