#pragma once

#include "storage/io/io_engine.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hearth::storage {

struct io_uring_config {
  std::size_t reads_max = 64;               ///< that the kernel has at a time, 1..1024; more wait in a queue
  std::size_t writes_max = 8;               ///< that the kernel has at a time, 1..1024; more wait in a queue
  std::size_t writes_beside_reads = 1;      ///< the same while reads wait or are in the kernel, 1..writes_max
  std::size_t threads = 2;                  ///< for jobs that are no transfer of the kernel's, 1..64
  std::uint64_t write_bytes_per_second = 0; ///< as in `io_threads_config`

  /// Errors: invalid_argument, naming the field and its range.
  [[nodiscard]] result<void> validate() const;
};

/// Hands transfers to the kernel, many at a time, and needs one thread for them all: Linux' io_uring. For jobs that
/// read or write a file with a `native_handle`; all others run on an `io_threads` inside. Order and pace, as
/// `io_engine` and the settings promise them, hold among the transfers and among the other jobs, not between the two.
/// A transfer starts when the kernel takes it over. `work` and `complete` of a transfer run one after the other on the
/// engine's one thread for transfers, so `work` is to be short: a checksum.
/// When the engine stops, a transfer that hangs is left behind with its thread, its memory and its file.
/// Errors: invalid_argument (a setting), unsupported (no io_uring here: an old kernel, or one that forbids it; or built
/// without liburing; the context says which), no_memory. The caller may take `make_io_threads` instead.
[[nodiscard]] result<std::shared_ptr<io_engine>> make_io_uring(const io_uring_config& config);

} // namespace hearth::storage
