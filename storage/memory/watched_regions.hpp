#pragma once

#include "storage/memory/memory_source.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace hearth::storage {

/// The regions of a pool, and those who watch them. Invariant: a watcher that took a region is told when it leaves,
/// once. Threads: any; one lock, held while watchers are called.
class watched_regions {
public:
  static constexpr std::size_t watchers_max = 64;

  /// A region is there. Tells every watcher. Exceptions: std::bad_alloc, before anybody was
  /// told.
  void arrives(std::span<std::byte> region);

  /// Pre: it has arrived. Tells the watchers that took it.
  void leaves(std::span<std::byte> region) noexcept;

  /// `watcher` hears of the regions that are there, and of all that come. Pre: it does not watch yet. Errors:
  /// invalid_argument (too many watch), or the first of its own: it watches all the same.
  [[nodiscard]] result<void> watch(std::shared_ptr<memory_watcher> watcher);

  /// `watcher` hears that every region it took leaves, and then nothing more. Without effect if it does not watch.
  void unwatch(const memory_watcher& watcher) noexcept;

  /// Bytes of the regions that every watcher took; 0 without watchers. Waits for nobody.
  [[nodiscard]] std::uint64_t pinned_bytes() const noexcept { return pinned_bytes_; }

private:
  struct watched {
    std::size_t size_bytes = 0;
    std::uint64_t taken_by = 0; ///< a bit for each watcher
  };

  [[nodiscard]] bool is_pinned(const watched& region) const noexcept {
    return watching_ != 0 && region.taken_by == watching_;
  }
  void count_pinned() noexcept;

  std::atomic<std::uint64_t> pinned_bytes_{0};
  std::mutex mutex_;                      ///< for the rest
  std::map<std::byte*, watched> regions_; ///< by where they begin
  std::array<std::shared_ptr<memory_watcher>, watchers_max> watchers_;
  std::uint64_t watching_ = 0; ///< a bit for each that is there
};

} // namespace hearth::storage
