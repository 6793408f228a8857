#pragma once

#include "storage/errors.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace hearth::bench {

/// Calls `work(lane, index)` for every index below `count`, on `depth` threads, each its own lane: how stores that
/// block reach a depth. Depth 1 runs on the caller's thread. The first failure ends it. Errors: those of `work`.
[[nodiscard]] storage::result<void>
on_lanes(unsigned depth, std::size_t count,
         const std::function<storage::result<void>(unsigned lane, std::size_t index)>& work);

/// Keeps at most `depth` asynchronous operations in flight, each on a lane: how stores that call back reach a depth.
/// Threads: `take` and `drain` from one, `give_back` from any.
class lane_window {
public:
  explicit lane_window(unsigned depth);

  /// Waits until a lane is free and returns all that are; none after a failure.
  [[nodiscard]] std::vector<unsigned> take();

  /// Lanes that `take` gave and that are not needed after all count as given back, with success.
  void give_back(unsigned lane, const storage::result<void>& outcome);

  /// Waits until nothing is in flight. Errors: the first that was given back.
  [[nodiscard]] storage::result<void> drain();

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned depth_;
  std::vector<unsigned> free_;
  storage::result<void> outcome_;
};

} // namespace hearth::bench
