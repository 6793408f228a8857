#pragma once

#include <cstdint>
#include <optional>

namespace hearth::actors {

/// How fast a queue drains, measured while there is something in it: bytes over busy time, what is longer ago counting
/// less, with a memory of about a second. While nothing comes out the rate sinks by itself, so a disk that hangs is
/// slow and not as fast as it once was. Times are nanoseconds of one clock that never runs backwards. Threads: one
/// owner.
class drain_rate {
public:
  /// Something has entered the empty queue.
  void busy_from(std::int64_t now) noexcept { last_ = now; }

  /// So much has left it.
  void drained(std::uint64_t bytes, std::int64_t now) noexcept;

  /// Bytes a second; nothing as long as nothing has left it. `idle`: the queue is empty, so that nothing can leave.
  [[nodiscard]] std::optional<std::uint64_t> bytes_per_second(std::int64_t now, bool idle) const noexcept;

private:
  double bytes_ = 0;
  double seconds_ = 0;
  std::int64_t last_ = 0; ///< when something left it, or entered it empty
};

} // namespace hearth::actors
