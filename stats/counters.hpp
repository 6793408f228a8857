#pragma once

#include "stats/ledger.hpp"

#include <cstdint>
#include <string_view>

namespace hearth::stats {

/// Counters: events of one namespace since the start, or since the last reset. They only grow, except
/// `ledger.pending()`.
struct counters {
  hearth::stats::ledger ledger;
  std::uint64_t saves = 0;                ///< puts accepted
  std::uint64_t loads = 0;                ///< blocks handed out
  std::uint64_t misses = 0;               ///< blocks requested and absent
  std::uint64_t errors = 0;               ///< failed I/O and damaged records
  std::uint64_t hot_cache_hits = 0;       ///< found in the hot tier
  std::uint64_t pending_hits = 0;         ///< found in the writer's mailbox or being written
  std::uint64_t cold_hits = 0;            ///< found in the cold tier
  std::uint64_t hot_cache_evictions = 0;  ///< blocks that left the hot tier to make room
  std::uint64_t hot_cache_promotions = 0; ///< blocks that a cold hit brought into the hot tier
  std::uint64_t evictions = 0;            ///< blocks reclaimed from the cold tier to make room
  std::uint64_t puts_rejected = 0;        ///< puts that the full mailbox of hot_cache rejected: no offer, no write drop
  std::uint64_t recency_skipped = 0; ///< hot_cache_hits that did not make the block more recent: no room for a note
  amount synced;                     ///< persisted blocks that a later sync made durable
  amount lost;                       ///< accepted blocks that left every tier, except by reclaim, erase or clear

  /// Hits: requested blocks found in any tier. `hits() + misses` is the number of blocks requested.
  [[nodiscard]] std::uint64_t hits() const noexcept { return hot_cache_hits + pending_hits + cold_hits; }

  counters& operator+=(const counters& other) noexcept;

  /// Events since `start`, an earlier state of these same counters (the ledger as `ledger::since`).
  /// Pre: no counter of `start` is larger.
  [[nodiscard]] counters since(const counters& start) const noexcept;

  friend bool operator==(const counters&, const counters&) = default;
};

/// State of the cold tier.
enum class cold_state : std::uint8_t {
  none,     ///< the cache was opened without one
  attached, ///< its directory is open
  detached, ///< its directory is gone: the hot tier serves alone until the directory is back
};
[[nodiscard]] std::string_view to_string(cold_state state) noexcept;

/// Gauges: levels of one namespace now. A reset keeps them.
struct gauges {
  amount hot;   ///< hot_cache_entries, hot_cache_size_bytes
  amount dirty; ///< hot blocks with neither a pending write nor a valid copy in the cold tier
  amount cold;  ///< num_blocks and their payload bytes
  amount queue; ///< writer_queue_blocks, writer_queue_bytes
  /// Bytes of the cold tier in use: records of a namespace; all files of the whole cache.
  std::uint64_t total_size_bytes = 0;
  std::uint64_t hot_cache_max_bytes = 0;       ///< limit of the whole cache
  std::uint64_t max_size_bytes = 0;            ///< limit of the cold tier now
  std::uint64_t configured_max_size_bytes = 0; ///< limit of the cold tier as set

  /// Payload bytes written to the cold tier since the cache was opened. Of the whole cache only, like the next two.
  std::uint64_t cold_appended_bytes = 0;

  /// All bytes written to the cold tier. Divided by cold_appended_bytes: the write amplification.
  std::uint64_t cold_written_bytes = 0;

  /// Part of cold_written_bytes: copies of blocks that reclaim kept.
  std::uint64_t cold_reappended_bytes = 0;

  /// Part of total_size_bytes: blocks in unclaimed namespaces, which the host has not named since the cache was opened.
  std::uint64_t cold_unclaimed_bytes = 0;

  std::uint64_t writer_queue_max_blocks = 0; ///< limits of the writer's mailbox; 0: no cold tier
  std::uint64_t writer_queue_max_bytes = 0;

  /// State of the cold tier, of the whole cache.
  hearth::stats::cold_state cold_state = hearth::stats::cold_state::none;

  /// Adds the levels. The limits and the state of the cold tier belong to the whole cache and stay.
  gauges& operator+=(const gauges& other) noexcept;

  friend bool operator==(const gauges&, const gauges&) = default;
};

/// Memory of all buffers in the process: buffers of all caches, and buffers that the host holds. `mapped_bytes ==
/// in_use_bytes + stranded_bytes + idle_bytes`, except for bytes that are moving from one of the three to another.
struct memory_levels {
  std::uint64_t budget_bytes = 0;     ///< the memory budgets of all caches, added up
  std::uint64_t mapped_bytes = 0;     ///< held for buffers, in use or not
  std::uint64_t in_use_bytes = 0;     ///< capacity of the live buffers
  std::uint64_t stranded_bytes = 0;   ///< fragmentation: free, but only for buffers of one size
  std::uint64_t idle_bytes = 0;       ///< free for any buffer
  std::uint64_t huge_page_bytes = 0;  ///< part of mapped_bytes on huge pages
  std::uint64_t pinned_bytes = 0;     ///< part of mapped_bytes that every memory watcher has accepted
  std::uint64_t regions_mapped = 0;   ///< since the start of the process; growth in steady state means page faults
  std::uint64_t regions_unmapped = 0; ///< since the start of the process

  friend bool operator==(const memory_levels&, const memory_levels&) = default;
};

} // namespace hearth::stats
