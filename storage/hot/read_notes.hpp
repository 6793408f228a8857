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

/// Notes of hot reads: threads that copy hot blocks out without a message record them here for the blocks' owner. The
/// number of blocks is exact; which blocks they were is recorded as far as there is room: recency may be lossy,
/// counters may not. Each thread writes to one of 8 stripes, so that threads rarely contend (as in the read buffers of
/// Caffeine and ristretto). Invariant: every noted block is counted exactly once, as taken or skipped. Threads: any;
/// `take` one owner.
class read_notes {
public:
  /// Capacity of one stripe, in keys. Further keys are skipped until the owner has taken them.
  static constexpr std::size_t stripe_keys_max = 2048;
  /// With so many keys in a stripe, a listening owner must be told.
  static constexpr std::size_t stripe_keys_told = 64;

  /// Pre: namespace numbers are below `namespaces_max`.
  explicit read_notes(std::size_t namespaces_max);

  /// Records that `chain` was handed out, from its head. Returns whether the owner must be told that notes wait: true
  /// once, until the owner listens again. Pre: `name_space` is below the bound.
  [[nodiscard]] bool add(namespace_id name_space, std::span<const block_key> chain) noexcept;

  /// Passes every chain noted since the last call to `visit`, in order for each thread, and returns the number of keys.
  /// Cheap if there is none. `visit` must not call back.
  std::size_t take(const std::function<void(std::span<const block_key>)>& visit);

  /// Makes `add` tell the owner again. Between being told and this call, the owner takes notes at its own pace: that
  /// bounds the cost of any number of readers.
  void listen() noexcept { told_ = false; }

  /// Blocks handed out since the start, and how many of their keys were skipped, by namespace number.
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
