#pragma once

#include "storage/io/io_engine.hpp"

#include <memory>
#include <optional>

namespace hearth::storage {

/// Duration of simulated I/O: `fixed_ns` per job plus, for jobs that move bytes, bytes / rate. A rate of 0 is
/// infinitely fast.
struct io_latency {
  std::int64_t fixed_ns = 100'000;
  std::uint64_t read_bytes_per_second = 2'000'000'000;
  std::uint64_t write_bytes_per_second = 1'000'000'000;
};

/// I/O engine in virtual time, for deterministic tests: a job is in flight until the owner's clock reaches its due time
/// and the owner calls `step`. Jobs run one after another, as on a disk with one queue. `stop` cannot move the clock: a
/// running job that is due within the patience ends at once; a later one is left behind. Jobs in flight when the engine
/// is destroyed never complete. Threads: one.
class memory_io : public io_engine {
public:
  /// Runs and completes the next job if it is due by the clock. Returns whether a job ran.
  virtual bool step() = 0;

  /// When the next job is due, on the clock given to the constructor; nothing if no job is in flight or the disk hangs.
  [[nodiscard]] virtual std::optional<std::int64_t> next_due_ns() const = 0;

  /// Makes the disk hang: while `on`, nothing completes. Off: waiting jobs take their time from now on.
  virtual void hang(bool on) = 0;

  /// Applies to jobs that have not started.
  virtual void latency(const io_latency& latency) = 0;
};

[[nodiscard]] std::shared_ptr<memory_io> make_memory_io(clock_ns clock, io_latency latency = {});

} // namespace hearth::storage
