#pragma once

#include <atomic>
#include <thread>

namespace hearth::storage {

/// Spin lock for critical sections of a few instructions. Uncontended, it costs a third of std::mutex: one atomic
/// exchange to lock, one store to unlock. A waiting thread spins briefly and then yields, because the thread that holds
/// the lock may be preempted. Threads: any. Works with std::lock_guard.
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
  static constexpr int looks_before_yield = 100; ///< a few hundred nanoseconds: as long as a few lookups

  std::atomic<bool> taken_{false};
};

} // namespace hearth::storage
