#pragma once

#include "storage/simulated/memory_io.hpp"
#include "tests/simulation/chance.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hearth::simulation {

/// How a simulated disk takes its time.
struct disk_temper {
  std::size_t queues = 4;          ///< jobs at work at once
  std::int64_t fixed_ns = 100'000; ///< the least that a job takes; up to four times that
  std::uint64_t slow_one_in = 200; ///< so many jobs take 1 to 3 s; 0: none
};

/// An I/O engine in virtual time whose jobs end in an order that a seed decides, as on a disk with several queues. The
/// contract of `io_engine`; `latency` is ignored in favour of `temper`.
class scattered_disk : public storage::memory_io {
public:
  /// Applies to jobs that have not started.
  virtual void temper(const disk_temper& changed) = 0;

  /// Jobs that took seconds, so far.
  [[nodiscard]] virtual std::uint64_t slow_jobs() const = 0;
};

[[nodiscard]] std::shared_ptr<scattered_disk> make_scattered_disk(storage::clock_ns clock, chance draws);

} // namespace hearth::simulation
