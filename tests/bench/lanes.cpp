#include "tests/bench/lanes.hpp"

#include <atomic>
#include <thread>
#include <utility>

namespace hearth::bench {

storage::result<void> on_lanes(unsigned depth, std::size_t count,
                               const std::function<storage::result<void>(unsigned lane, std::size_t index)>& work) {
  std::mutex mutex;
  storage::result<void> outcome;
  std::atomic<bool> failed = false;
  std::atomic<std::size_t> next = 0;
  const auto serve = [&](unsigned lane) {
    for (std::size_t index = 0; !failed && (index = next++) < count;) {
      auto done = work(lane, index);
      if (done.ok())
        continue;
      std::lock_guard guard{mutex};
      if (!failed.exchange(true))
        outcome = std::move(done);
    }
  };
  std::vector<std::thread> others;
  for (unsigned lane = 1; lane < depth && lane < count; ++lane)
    others.emplace_back(serve, lane);
  serve(0);
  for (auto& other : others)
    other.join();
  return outcome;
}

lane_window::lane_window(unsigned depth) : depth_(depth) {
  for (unsigned lane = 0; lane < depth; ++lane)
    free_.push_back(lane);
}

std::vector<unsigned> lane_window::take() {
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return !free_.empty(); });
  return outcome_.ok() ? std::exchange(free_, {}) : std::vector<unsigned>{};
}

void lane_window::give_back(unsigned lane, const storage::result<void>& outcome) {
  std::lock_guard guard{mutex_};
  free_.push_back(lane);
  if (!outcome.ok() && outcome_.ok())
    outcome_ = outcome;
  changed_.notify_one(); // under the lock: the window may be gone right after it
}

storage::result<void> lane_window::drain() {
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return free_.size() == depth_; });
  return outcome_;
}

} // namespace hearth::bench
