#pragma once

#include "storage/io/kernel_transfer.hpp"
#include "storage/io/posix_file.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

struct io_uring; // liburing's: its header stays out of ours, because it may not be installed

namespace hearth::storage {

/// A pair of queues shared with the kernel (io_uring): transfers go in, results come out, in any order.
/// Threads: all calls from one, but `wake` from any. The kernel cancels what a thread has handed over when that thread
/// ends, so that one must outlive its transfers.
class kernel_ring {
public:
  /// What became of a piece: `got` is the bytes moved, or the system's error, negated.
  struct outcome {
    std::uint64_t tag = 0;
    int got = 0;
  };

  /// Errors: unsupported, no_memory; the context says what the kernel lacks or forbids.
  [[nodiscard]] static result<std::unique_ptr<kernel_ring>> open(std::size_t pieces_max);

  kernel_ring(const kernel_ring&) = delete;
  ~kernel_ring();

  /// Hands a piece over with the next `submit` or `wait`. Pre: `tag` comes with none that the kernel has, and is less
  /// than `pieces_max`.
  void add(std::uint64_t tag, const kernel_piece& next);

  /// Lets the next `wake` end a `wait`; without effect if one may already.
  void listen();
  [[nodiscard]] bool listening() const noexcept { return listening_; }

  /// Hands over what was added, in one system call, without waiting for any of it.
  void submit();

  /// The same; then waits until there is an outcome, a wake-up or `at_most` is over. May return without any of them.
  void wait(std::optional<std::chrono::nanoseconds> at_most);

  /// The next outcome, if there is one. Does not wait.
  [[nodiscard]] std::optional<outcome> next();

  /// Ends a `wait` of the ring's thread, now or the next one that listens. Any thread.
  void wake() noexcept;

private:
  struct closer {
    void operator()(::io_uring* ring) const noexcept;
  };

  kernel_ring(std::unique_ptr<::io_uring, closer> ring, descriptor bell, std::size_t pieces_max);

  std::unique_ptr<::io_uring, closer> ring_;
  descriptor bell_;        ///< an eventfd: what `wake` writes to and `listen` reads from
  std::uint64_t rung_ = 0; ///< where the kernel puts what it reads from the bell
  std::size_t pieces_max_;
  bool listening_ = false;
};

} // namespace hearth::storage
