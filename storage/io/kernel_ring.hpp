#pragma once

#include "storage/io/kernel_transfer.hpp"
#include "storage/io/posix_file.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

struct io_uring; // a type of liburing; declared here because the header of liburing may not be installed

namespace hearth::storage {

/// The two queues of io_uring, shared with the kernel: transfers go in, results come out in any order. Threads: `wake`
/// from any thread; every other call from one thread. When this thread ends, the kernel cancels what the thread
/// submitted, so the thread must outlive its transfers.
class kernel_ring {
public:
  /// Result of a piece of a transfer. `got` is the number of bytes moved, or the negated system error.
  struct outcome {
    std::uint64_t tag = 0;
    int got = 0;
  };

  /// Errors: unsupported, no_memory; the context says what the kernel lacks or forbids.
  [[nodiscard]] static result<std::unique_ptr<kernel_ring>> open(std::size_t pieces_max);

  kernel_ring(const kernel_ring&) = delete;
  ~kernel_ring();

  /// Queues a piece for the next `submit` or `wait`. Pre: `tag` is less than `pieces_max`, and no piece in the kernel
  /// has this tag.
  void add(std::uint64_t tag, const kernel_piece& next);

  /// Arms the wake-up: the next `wake` ends a `wait`. No effect if the wake-up is armed already.
  void listen();
  [[nodiscard]] bool listening() const noexcept { return listening_; }

  /// Submits the queued pieces in one system call, without waiting for their results.
  void submit();

  /// Submits, then waits for a result or a wake-up, up to `at_most`. May also return earlier.
  void wait(std::optional<std::chrono::nanoseconds> at_most);

  /// The next result, if there is one. Does not wait.
  [[nodiscard]] std::optional<outcome> next();

  /// Wakes the ring's thread: ends its present `wait`, or the next `wait` for which the wake-up is armed. Threads: any.
  void wake() noexcept;

private:
  struct closer {
    void operator()(::io_uring* ring) const noexcept;
  };

  kernel_ring(std::unique_ptr<::io_uring, closer> ring, descriptor bell, std::size_t pieces_max);

  std::unique_ptr<::io_uring, closer> ring_;
  descriptor bell_;        ///< an eventfd: `wake` writes to it, `listen` reads from it
  std::uint64_t rung_ = 0; ///< the kernel stores here what it reads from the eventfd
  std::size_t pieces_max_;
  bool listening_ = false;
};

} // namespace hearth::storage
