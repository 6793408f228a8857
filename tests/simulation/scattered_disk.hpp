#pragma once

#include "storage/simulated/memory_io.hpp"
#include "tests/simulation/chance.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hearth::simulation {

/// Timing of a simulated disk.
struct disk_temper {
  std::size_t queues = 4;          ///< jobs in progress at once
  std::int64_t fixed_ns = 100'000; ///< shortest time of a job; the longest is four times that
  std::uint64_t slow_one_in = 200; ///< one job in this many takes 1 to 3 s; 0: none
};

/// I/O engine in virtual time. A seed decides the order in which jobs end, as on a disk with several queues. Contract:
/// as `io_engine`, but `temper` replaces `latency`.
class scattered_disk : public storage::memory_io {
public:
  /// Applies to jobs that have not started.
  virtual void temper(const disk_temper& changed) = 0;

  /// Number of slow jobs so far.
  [[nodiscard]] virtual std::uint64_t slow_jobs() const = 0;
};

[[nodiscard]] std::shared_ptr<scattered_disk> make_scattered_disk(storage::clock_ns clock, chance draws);

} // namespace hearth::simulation
