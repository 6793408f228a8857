#pragma once

#include <cstdint>
#include <optional>

namespace hearth::actors {

/// Drain rate of a queue, measured while the queue is not empty: bytes over busy time, with exponential decay over
/// about one second. While nothing leaves the queue the rate falls by itself, so a disk that hangs counts as slow.
/// Times are nanoseconds of one monotonic clock. Threads: one owner.
class drain_rate {
public:
  /// The empty queue has received something.
  void busy_from(std::int64_t now) noexcept { last_ = now; }

  /// `bytes` have left the queue.
  void drained(std::uint64_t bytes, std::int64_t now) noexcept;

  /// Bytes per second; not set until bytes have left the queue. `idle`: the queue is empty, so nothing can leave it.
  [[nodiscard]] std::optional<std::uint64_t> bytes_per_second(std::int64_t now, bool idle) const noexcept;

private:
  double bytes_ = 0;
  double seconds_ = 0;
  std::int64_t last_ = 0; ///< when bytes last left the queue, or entered it empty
};

} // namespace hearth::actors
