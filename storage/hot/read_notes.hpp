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

/// What threads that copy hot blocks out by themselves leave behind for the blocks' owner: how many they took, exactly,
/// and which ones, as far as there is room: recency may be lossy, counters may not. Each thread writes to one of 8
/// stripes, so that threads seldom meet (the read buffers of Caffeine and of ristretto are such).
/// Invariant: every block noted is counted once, taken or skipped. Threads: any; `take` one owner.
class read_notes {
public:
  /// Keys that wait in one stripe at most; what comes on top is skipped until the owner has taken them.
  static constexpr std::size_t stripe_keys_max = 2048;
  /// With so many in a stripe the owner is to be told, if it listens.
  static constexpr std::size_t stripe_keys_told = 64;

  /// Namespaces have numbers below `namespaces_max`.
  explicit read_notes(std::size_t namespaces_max);

  /// `chain` was handed out from its head on. Returns whether the owner is to be told that notes wait: true once, until
  /// it listens again. Pre: `name_space` is below the bound.
  [[nodiscard]] bool add(namespace_id name_space, std::span<const block_key> chain) noexcept;

  /// Hands every chain noted since the last call to `visit`, those of one thread in their order, and returns how many
  /// keys they had. Costs next to nothing if there is none. `visit` may not call back.
  std::size_t take(const std::function<void(std::span<const block_key>)>& visit);

  /// The owner, having been told, wants to be told again. Until then it takes when it sees fit: that bounds what
  /// readers cost it, however many they are.
  void listen() noexcept { told_ = false; }

  /// Blocks handed out since the start, and of those the ones whose keys were skipped; by namespace number.
  struct amount {
    std::uint64_t blocks = 0;
    std::uint64_t skipped = 0;
  };
  [[nodiscard]] std::vector<amount> counted() const;

private:
  static constexpr std::size_t stripe_count = 8;

  /// Chains of keys, one behind the other.
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
  std::atomic<bool> any_{false};  ///< something may wait
  std::atomic<bool> told_{false}; ///< the owner does not listen
};

} // namespace hearth::storage
