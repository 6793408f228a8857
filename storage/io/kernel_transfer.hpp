#pragma once

#include "storage/io/io_engine.hpp"
#include "storage/io/io_vectors.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace hearth::storage {

/// Piece: the next request to the kernel for a transfer; it moves all of the transfer or a part.
struct kernel_piece {
  bool reads = true;
  bool apart = false; ///< moved by a thread of the kernel, so that the submitting thread does not block
  int file = -1;
  std::uint64_t offset = 0;          ///< bytes
  const io_vectors* parts = nullptr; ///< not empty; list and memory must stay valid until the kernel has answered
};

/// A transfer that the kernel moves in one or more pieces. Continues after short transfers and interruptions, and
/// handles errors as `posix_file` does. Owns its job. Threads: one owner.
class kernel_transfer {
public:
  /// Pre: the job reads or writes a file that has a native handle.
  explicit kernel_transfer(io_job job);

  /// Whether the transfer has ended, with success or failure. Then the job's `transfer` has the result.
  [[nodiscard]] bool ended() const noexcept { return ended_ || left_.empty(); }
  [[nodiscard]] io_job& job() noexcept { return job_; }

  /// Valid until `accept`. Pre: not `ended`.
  [[nodiscard]] kernel_piece next_piece() const noexcept;

  /// Takes the result of the piece: bytes moved, or the negated system error.
  void accept(int got);

private:
  /// Limit on retries, so that a kernel that always answers "try again" does not keep the thread busy forever.
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
