#pragma once

#include "storage/io/io_engine.hpp"
#include "storage/io/io_vectors.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace hearth::storage {

/// A transfer, or a part of it, that the kernel is asked to move next.
struct kernel_piece {
  bool reads = true;
  bool apart = false; ///< on a thread of the kernel, because it may wait where the submitting thread must not
  int file = -1;
  std::uint64_t offset = 0;          ///< bytes
  const io_vectors* parts = nullptr; ///< not empty; must be kept, like the memory, until the kernel has answered
};

/// A transfer on its way through the kernel, in as many pieces as needed: continues after short transfers and
/// interruptions, and handles errors as `posix_file` does. Owns its job. Threads: one owner.
class kernel_transfer {
public:
  /// Pre: the job reads or writes a file that has a native handle.
  explicit kernel_transfer(io_job job);

  /// Whether nothing remains to be asked of the kernel; then the job's transfer holds the result.
  [[nodiscard]] bool ended() const noexcept { return ended_ || left_.empty(); }
  [[nodiscard]] io_job& job() noexcept { return job_; }

  /// Valid until `accept`. Pre: not `ended`.
  [[nodiscard]] kernel_piece next_piece() const noexcept;

  /// Takes the result of the piece: bytes moved, or the negated system error.
  void accept(int got);

private:
  /// Limit on retries: a kernel that always answers "try again" must not keep the thread busy for ever.
  static constexpr unsigned setbacks_max = 1000;

  [[nodiscard]] bool reads() const noexcept { return job_.kind == io_kind::read; }
  [[nodiscard]] const file& target() const noexcept { return *job_.transfer->target; }
  void fail(int error);
  void end(failure why);

  io_job job_;
  io_vectors left_;
  std::size_t moved_ = 0; ///< bytes
  unsigned setbacks_ = 0; ///< retries in a row without progress
  bool ended_ = false;
};

} // namespace hearth::storage
