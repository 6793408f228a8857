#pragma once

#include "storage/blocks/block.hpp"
#include "storage/hot/spin_lock.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace hearth::storage {

/// Notes of hot reads, for the owner of the blocks: threads that copy hot blocks out without a message record them
/// here. The count of blocks is exact. The keys are recorded only while there is room: the owner needs them for
/// recency, which may be lossy. Each thread writes to one of 8 stripes, so that threads rarely contend (as in the read
/// buffers of Caffeine and ristretto). Invariant: every noted block is counted exactly once, as taken or skipped.
/// Threads: any; `take` one owner.
class read_notes {
public:
  /// Capacity of one stripe, in keys. Further keys are skipped until the owner has taken them.
  static constexpr std::size_t stripe_keys_max = 2048;
  /// When a stripe has this many keys, a listening owner must be told.
  static constexpr std::size_t stripe_keys_told = 64;

  /// Pre: namespace numbers are below `namespaces_max`.
  explicit read_notes(std::size_t namespaces_max);

  /// Records that `chain` was handed out, from its head. Returns whether the caller must tell the owner that notes
  /// wait: true once, then false until the owner calls `listen`. Pre: `name_space` is below the bound.
  [[nodiscard]] bool add(namespace_id name_space, std::span<const block_key> chain) noexcept;

  /// Calls `visit` for every chain noted since the last `take`, in order for each thread. Returns the number of keys.
  /// Cheap if there are no notes. `visit` must not call this object.
  std::size_t take(const std::function<void(std::span<const block_key>)>& visit);

  /// Lets `add` return true again. An owner that was told and has not called `listen` yet takes notes at its own pace,
  /// so the cost is bounded for any number of readers.
  void listen() noexcept { told_ = false; }

  /// Per namespace number: blocks handed out since the start, and how many of their keys were skipped.
  struct amount {
    std::uint64_t blocks = 0;
    std::uint64_t skipped = 0;
  };
  [[nodiscard]] std::vector<amount> counted() const;

private:
  static constexpr std::size_t stripe_count = 8;

  /// Chains of keys, stored one after another.
  struct chains {
    chains();
    std::vector<block_key> keys;
    std::vector<std::uint32_t> lengths;
  };
  struct alignas(64) stripe {
    mutable spin_lock lock;
    std::vector<amount> counted;
    chains waiting;
  };

  std::array<stripe, stripe_count> stripes_;
  chains taken_;
  std::atomic<bool> any_{false};  ///< notes may wait
  std::atomic<bool> told_{false}; ///< the owner was told and does not listen
};

} // namespace hearth::storage
