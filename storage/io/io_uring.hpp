#pragma once

#include "storage/io/io_engine.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hearth::storage {

struct io_uring_config {
  std::size_t reads_max = 64;               ///< reads in the kernel at a time, 1..1024; more wait in a queue
  std::size_t writes_max = 8;               ///< writes in the kernel at a time, 1..1024; more wait in a queue
  std::size_t writes_beside_reads = 1;      ///< `writes_max` while reads wait or are in the kernel, 1..writes_max
  std::size_t threads = 2;                  ///< for jobs that are not kernel transfers, 1..64
  std::uint64_t write_bytes_per_second = 0; ///< as in `io_threads_config`

  /// Errors: invalid_argument; the context names the field and its range.
  [[nodiscard]] result<void> validate() const;
};

/// An engine on Linux io_uring: one thread hands many transfers to the kernel at a time. Jobs that read or write a file
/// with a `native_handle` go to the kernel; all other jobs run on an inner `io_threads`. The order of `io_engine` and
/// the pace hold within each of these two groups, not between them. A transfer starts when the kernel accepts it.
/// `work` and `complete` of transfers run one after another on the single transfer thread, so `work` must be short,
/// such as a checksum. When the engine stops, a hanging transfer is left behind with its thread, its memory and its
/// file. If the process is killed, writes in the kernel may still change the file: see `file_system::await_writers`.
/// Errors: invalid_argument (a setting), unsupported (no io_uring: an old kernel, a kernel that forbids it, or a build
/// without liburing; the context says which), no_memory. The caller may use `make_io_threads` instead.
[[nodiscard]] result<std::shared_ptr<io_engine>> make_io_uring(const io_uring_config& config);

} // namespace hearth::storage
