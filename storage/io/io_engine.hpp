#pragma once

#include "storage/blocks/recall.hpp"
#include "storage/io/file_system.hpp"

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

/// Bytes to move between an open file and memory. Owned by its job; the memory stays with whoever the job's callbacks
/// own.
struct io_transfer {
  std::shared_ptr<file> target;
  std::uint64_t offset = 0;                   ///< in the file, bytes
  std::vector<std::span<std::byte>> parts;    ///< a write only reads them
  result<std::size_t> moved = std::size_t{0}; ///< set by the engine: bytes moved, of a write all of them
};

/// One piece of I/O: first `transfer`, then `work`, each of them if there; then `complete` tells its owner.
struct io_job {
  io_kind kind = io_kind::metadata;
  std::uint64_t bytes = 0;                ///< what it moves, for pacing and simulated latency
  std::function<void()> work;             ///< on a thread of the engine; must not throw. Alone it may block; after a
                                          ///< transfer it should only compute
  std::function<void(bool ran)> complete; ///< must not block or throw; `ran`: false if the engine stopped before `work`
  std::shared_ptr<io_transfer> transfer = {};  ///< kind read: from the file; write: to it
  std::shared_ptr<const recall> recalled = {}; ///< true when the job would start: it has neither transfer nor work, and
                                               ///< completes with `ran`; null: never

  [[nodiscard]] bool is_recalled() const noexcept { return recalled && recalled->load(std::memory_order_relaxed); }
};

/// Does what a job is made of, but for `complete`, on this thread; nothing if it is recalled.
void run(io_job& job);

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
