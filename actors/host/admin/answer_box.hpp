#pragma once

#include "actors/host/admin/http_message.hpp"
#include "storage/errors.hpp"
#include "storage/io/posix_file.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace hearth {

/// Answers on their way from the threads that give them to the thread of the server. Shared by both sides, so that an
/// answer may arrive after the server is gone. Threads: any.
class answer_box : public std::enable_shared_from_this<answer_box> {
public:
  struct answer {
    std::uint64_t request; ///< the number that `responder` got
    http_response response;
  };

  /// Errors: io (no file descriptor left).
  [[nodiscard]] static storage::result<std::shared_ptr<answer_box>> make();

  /// The function that answers request `number`.
  [[nodiscard]] http_respond responder(std::uint64_t number);

  /// The answers that arrived since the last call.
  [[nodiscard]] std::vector<answer> take();

  /// Drops all answers, those to come included, and notifies the thread that polls `event`.
  void close() noexcept;
  [[nodiscard]] bool closed() const noexcept;

  /// Event file descriptor: readable after an answer has arrived, until `take`; and, from `close` on, for good.
  [[nodiscard]] int event() const noexcept { return event_.number(); }

private:
  class single_answer;

  explicit answer_box(storage::descriptor event) noexcept : event_(std::move(event)) {}
  void put(std::uint64_t number, http_response&& response) noexcept;
  void notify() noexcept;

  const storage::descriptor event_;
  mutable std::mutex mutex_;
  std::vector<answer> arrived_;
  bool closed_ = false;
};

} // namespace hearth
