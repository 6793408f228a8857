#pragma once

#include "actors/host/admin/http_server.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace hearth::testing {

/// Requests whose answers a test gives. Threads: the server's and the test's.
class held_requests {
public:
  struct held {
    http_request request;
    http_respond respond;
  };

  http_handler handler() {
    return [this](http_request request, http_respond respond) {
      std::lock_guard guard{mutex_};
      waiting_.push_back({std::move(request), std::move(respond)});
      changed_.notify_all();
    };
  }

  /// Waits for the next request. Throws after a minute.
  held next() {
    std::unique_lock guard{mutex_};
    if (!changed_.wait_for(guard, std::chrono::minutes{1}, [this] { return !waiting_.empty(); }))
      throw std::runtime_error("no request arrived");
    auto first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<held> waiting_;
};

/// Answers with what it received, in lines "name=value".
inline void echo(const http_request& request, const http_respond& respond) {
  std::string text = "method=" + request.method + "\npath=" + request.path + "\n";
  for (const auto& [name, value] : request.query)
    text += "query " + name + "=" + value + "\n";
  for (const auto& [name, value] : request.headers)
    text += "header " + name + "=" + value + "\n";
  respond({.body = text + "body=" + request.body + "\n"});
}

/// Options of a server whose clients are all honest: no deadline that a slow machine could miss.
inline http_options patient() {
  http_options options;
  options.request_deadline = options.answer_deadline = options.response_deadline = options.crowded_deadline =
      std::chrono::minutes{5};
  return options;
}

inline std::unique_ptr<http_server> serve(const http_options& options, http_handler handler = echo) {
  return http_server::open(options, std::move(handler)).value();
}

/// Number of open file descriptors of this process.
inline std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, std::filesystem::directory_iterator{});
}

} // namespace hearth::testing
