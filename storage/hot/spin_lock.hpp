#pragma once

#include <atomic>
#include <thread>

namespace hearth::storage {

/// A mutex for critical sections of a few instructions, a third of the cost of std::mutex while nobody else wants it:
/// one atomic exchange to take, one store to give back. Who must wait looks a few times and then gives the processor
/// away, since the holder may have lost its own. Threads: any. Fits std::lock_guard.
class spin_lock {
public:
  void lock() noexcept {
    while (taken_.exchange(true, std::memory_order_acquire))
      for (int looks = 0; taken_.load(std::memory_order_relaxed); ++looks)
        if (looks >= looks_before_yield)
          std::this_thread::yield();
  }
  void unlock() noexcept { taken_.store(false, std::memory_order_release); }

private:
  static constexpr int looks_before_yield = 100; ///< a few hundred nanoseconds: the length of some lookups

  std::atomic<bool> taken_{false};
};

} // namespace hearth::storage
