#include "actors/host/admin/answer_box.hpp"

#include <atomic>
#include <cerrno>
#include <exception>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace hearth {

/// The one answer to a request, shared by all copies of its `http_respond`.
class answer_box::single_answer {
public:
  single_answer(std::shared_ptr<answer_box> box, std::uint64_t number) : box_(std::move(box)), number_(number) {}
  single_answer(const single_answer&) = delete;
  single_answer& operator=(const single_answer&) = delete;

  ~single_answer() {
    if (given_)
      return;
    try {
      give({.status = 500, .body = "The request was dropped without an answer.\n"});
    } catch (const std::exception&) { // no memory: the deadline for answers ends the request
    }
  }

  void give(http_response response) noexcept {
    if (!given_.exchange(true))
      box_->put(number_, std::move(response));
  }

private:
  const std::shared_ptr<answer_box> box_;
  const std::uint64_t number_;
  std::atomic<bool> given_{false};
};

storage::result<std::shared_ptr<answer_box>> answer_box::make() {
  storage::descriptor event{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (event.number() < 0)
    return storage::refused("event file descriptor", "eventfd", errno);
  return std::shared_ptr<answer_box>(new answer_box{std::move(event)});
}

http_respond answer_box::responder(std::uint64_t number) {
  return [single = std::make_shared<single_answer>(shared_from_this(), number)](http_response response) {
    single->give(std::move(response));
  };
}

void answer_box::put(std::uint64_t number, http_response&& response) noexcept {
  try {
    std::lock_guard guard{mutex_};
    if (closed_)
      return;
    arrived_.push_back({number, std::move(response)});
  } catch (const std::exception&) { // no memory: the deadline for answers ends the request
    return;
  }
  notify();
}

std::vector<answer_box::answer> answer_box::take() {
  std::lock_guard guard{mutex_};
  if (eventfd_t count = 0; !closed_)
    static_cast<void>(::eventfd_read(event_.number(), &count));
  return std::exchange(arrived_, {});
}

void answer_box::close() noexcept {
  {
    std::lock_guard guard{mutex_};
    closed_ = true;
    arrived_.clear();
  }
  notify();
}

bool answer_box::closed() const noexcept {
  std::lock_guard guard{mutex_};
  return closed_;
}

/// Cannot fail for long: a full counter is readable as well.
void answer_box::notify() noexcept { static_cast<void>(::eventfd_write(event_.number(), 1)); }

} // namespace hearth
