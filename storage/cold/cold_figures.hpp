#pragma once

#include "storage/blocks/block.hpp"

#include <cstdint>
#include <optional>

namespace hearth::storage {

/// A number of blocks and the sum of their payload bytes.
struct cold_amount {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const cold_amount&, const cold_amount&) = default;
  cold_amount& operator+=(const cold_amount& other) noexcept {
    blocks += other.blocks;
    bytes += other.bytes;
    return *this;
  }
};

/// Ledger of the cold tier, in blocks and payload bytes, for one namespace or for all. All but `present` only grow.
/// Invariant:
///   recovered + persisted = present + reclaimed + erased + corrupt + vanished.
struct cold_ledger {
  cold_amount recovered; ///< found at open
  cold_amount persisted; ///< appended since open
  cold_amount present;   ///< readable now
  cold_amount reclaimed; ///< removed to make room
  cold_amount erased;    ///< erased by the host, or replaced
  cold_amount corrupt;   ///< taken out: a read found them damaged, missing or unreadable
  cold_amount vanished;  ///< present when the directory was found to be gone
  cold_amount synced;    ///< part of `persisted` that a later sync has made durable; never more than `persisted`
  std::uint64_t bytes_on_disk = 0; ///< disk space of `present`, headers included

  friend bool operator==(const cold_ledger&, const cold_ledger&) = default;
  cold_ledger& operator+=(const cold_ledger& other) noexcept;
};

/// Counters of a cold tier since it was opened, over all namespaces. They only grow.
struct cold_activity {
  std::uint64_t payload_bytes = 0; ///< of persisted blocks
  /// Handed to the disk: records, copies, indexes. Divided by `payload_bytes`: write amplification.
  std::uint64_t written_bytes = 0;
  std::uint64_t reappended_bytes = 0; ///< part of `written_bytes`: copies of blocks that reclaim kept
  std::uint64_t syncs = 0;            ///< successful syncs that covered all dirty segments
  std::uint64_t sync_failures = 0;

  cold_activity& operator+=(const cold_activity& other) noexcept;
};

/// Figures of a cold tier: everything about it that a snapshot tells. Threads: any.
class cold_figures {
public:
  virtual ~cold_figures() = default;

  [[nodiscard]] virtual cold_activity activity() const = 0;

  /// The ledger of one namespace, or of all.
  [[nodiscard]] virtual cold_ledger ledger(std::optional<namespace_id> name_space) const = 0;

  /// Bytes that this store has on disk or has set aside, including headers and blocks in flight; at most `bytes_max()`.
  [[nodiscard]] virtual std::uint64_t bytes_in_use() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes_max() const = 0;
};

} // namespace hearth::storage
