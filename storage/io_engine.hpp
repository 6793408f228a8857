#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace hearth::storage {

/// Nanoseconds since an origin of the clock's choice. Clocks are arguments: storage reads none by itself.
using clock_ns = std::function<std::int64_t()>;

enum class io_kind : std::uint8_t { read, write, metadata };

/// One piece of I/O. `work` does it, on a thread of the engine; `complete` tells its owner, right after.
struct io_job {
  io_kind kind = io_kind::metadata;
  std::uint64_t bytes = 0;                ///< what it moves, for pacing and simulated latency
  std::function<void()> work;             ///< may block; must not throw
  std::function<void(bool ran)> complete; ///< must not block or throw; `ran`: false if the engine stopped before `work`
};

/// Submit and complete: what may block runs here, never in an actor.
/// Contract, over every engine: `submit` returns without waiting for I/O; each job completes exactly once; `complete`
/// never runs inside `submit`; reads that wait go ahead of writes that wait; jobs of one kind start in the order of
/// submission. Threads: `submit` from any.
class io_engine {
public:
  virtual ~io_engine() = default;

  /// Takes the jobs over. After `stop`: each completes with `ran == false`.
  virtual void submit(std::vector<io_job> batch) = 0;

  /// Jobs submitted and not yet completed.
  [[nodiscard]] virtual std::size_t in_flight() const = 0;

  /// Takes no more work, completes what waits with `ran == false` and waits up to `patience` for what runs. Returns
  /// whether everything has ended; a job that hangs in the disk is left behind on its thread, which touches only what
  /// it owns.
  virtual bool stop(std::chrono::nanoseconds patience) = 0;
};

struct io_threads_config {
  std::size_t threads = 2;                  ///< 1..64
  std::uint64_t write_bytes_per_second = 0; ///< slows writes down, to see saturation on any disk; 0: no limit
};

/// A few threads that run the jobs; one more thread is kept for reads, so that a write that hangs does not hold them
/// up.
[[nodiscard]] std::shared_ptr<io_engine> make_io_threads(const io_threads_config& config);

} // namespace hearth::storage
