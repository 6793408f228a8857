#pragma once

#include "storage/blocks/cancellation.hpp"
#include "storage/io/file_system.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace hearth::storage {

/// Clock: nanoseconds since an arbitrary origin. Clocks are arguments; storage never reads one by itself.
using clock_ns = std::function<std::int64_t()>;

enum class io_kind : std::uint8_t { read, write, metadata };

/// A transfer between an open file and memory. Ownership: the job owns the transfer; the job's callbacks own the
/// memory.
struct io_transfer {
  std::shared_ptr<file> target;
  std::uint64_t offset = 0;                   ///< in the file, bytes
  std::vector<std::span<std::byte>> parts;    ///< memory; a write does not change it
  result<std::size_t> moved = std::size_t{0}; ///< set by the engine: bytes moved; after a write, all bytes
};

/// I/O job. The engine runs `transfer` first, then `work`, each if present, and then calls `complete`.
struct io_job {
  io_kind kind = io_kind::metadata;
  std::uint64_t bytes = 0; ///< bytes that the job moves, for pacing and simulated latency
  /// Runs on a thread of the engine; must not throw. `work` may block if the job has no transfer; after a transfer it
  /// should only compute.
  std::function<void()> work;
  /// Must not block or throw. `ran`: false if the engine stopped before `work`.
  std::function<void(bool ran)> complete;
  std::shared_ptr<io_transfer> transfer = {}; ///< read: from the file to memory; write: from memory to the file
  /// Cancellation flag, read when the job would start. If it is set, neither transfer nor work runs, and the job
  /// completes with `ran` true. Null: never cancelled.
  std::shared_ptr<const cancellation> cancelled = {};

  [[nodiscard]] bool is_cancelled() const noexcept { return cancelled && cancelled->load(std::memory_order_relaxed); }
};

/// Runs a job's transfer and work on this thread, without `complete`; does nothing if the job is cancelled.
void run(io_job& job);

/// I/O engine: submit and complete. Work that may block runs here, never in an actor. Contract of every engine:
/// `submit` returns without waiting for I/O; each job completes exactly once; `complete` never runs inside `submit`;
/// waiting reads start before waiting writes; jobs of one kind start in the order of submission. Threads: any thread
/// may call `submit`.
class io_engine {
public:
  virtual ~io_engine() = default;

  /// Takes over the jobs. After `stop`, each job completes with `ran == false`.
  virtual void submit(std::vector<io_job> batch) = 0;

  /// Jobs submitted and not yet completed.
  [[nodiscard]] virtual std::size_t in_flight() const = 0;

  /// Stops: starts no more jobs, completes waiting jobs with `ran == false`, and waits up to `patience` for running
  /// jobs. Returns whether every job has ended. A job that hangs in the disk stays on its thread, which uses only what
  /// the thread itself and the job own.
  virtual bool stop(std::chrono::nanoseconds patience) = 0;
};

struct io_threads_config {
  std::size_t threads = 2;                  ///< 1..64
  std::uint64_t write_bytes_per_second = 0; ///< slows down writes, to test saturation on any disk; 0: no limit
};

/// An engine with a few threads. One more thread serves only reads, so that a hanging write does not delay reads.
[[nodiscard]] std::shared_ptr<io_engine> make_io_threads(const io_threads_config& config);

} // namespace hearth::storage
