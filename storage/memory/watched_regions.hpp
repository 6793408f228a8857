#pragma once

#include "storage/memory/memory_source.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace hearth::storage {

/// The regions of a pool and their watchers. Invariant: a watcher that took a region is told exactly once that the
/// region leaves. Threads: any; one lock, held while watchers are called.
class watched_regions {
public:
  static constexpr std::size_t watchers_max = 64;

  /// Adds a region and tells every watcher. Exceptions: std::bad_alloc, before a watcher is told.
  void arrives(std::span<std::byte> region);

  /// Removes a region and tells the watchers that took it. Pre: it was added.
  void leaves(std::span<std::byte> region) noexcept;

  /// Adds a watcher and tells it of the present regions, later of each new one. Pre: not added yet. Errors:
  /// invalid_argument (too many watchers; not added), or the first error of the watcher, which is added all the same.
  [[nodiscard]] result<void> watch(std::shared_ptr<memory_watcher> watcher);

  /// Removes a watcher: tells it that each region it took leaves, and then nothing more. No effect if the watcher was
  /// not added.
  void unwatch(const memory_watcher& watcher) noexcept;

  /// Bytes of the regions that every watcher took; 0 without watchers. Takes no lock.
  [[nodiscard]] std::uint64_t pinned_bytes() const noexcept { return pinned_bytes_; }

private:
  struct watched {
    std::size_t size_bytes = 0;
    std::uint64_t taken_by = 0; ///< one bit per watcher
  };

  [[nodiscard]] bool is_pinned(const watched& region) const noexcept {
    return watching_ != 0 && region.taken_by == watching_;
  }
  void count_pinned() noexcept;

  std::atomic<std::uint64_t> pinned_bytes_{0};
  std::mutex mutex_;                      ///< guards the following members
  std::map<std::byte*, watched> regions_; ///< by start address
  std::array<std::shared_ptr<memory_watcher>, watchers_max> watchers_;
  std::uint64_t watching_ = 0; ///< one bit per present watcher
};

} // namespace hearth::storage
