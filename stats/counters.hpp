#pragma once

#include "stats/ledger.hpp"

#include <cstdint>
#include <string_view>

namespace hearth::stats {

/// Events of one namespace since the start (or the last reset). They only grow, `ledger.pending()` apart.
struct counters {
  hearth::stats::ledger ledger;
  std::uint64_t saves = 0;                ///< puts accepted
  std::uint64_t loads = 0;                ///< blocks handed out
  std::uint64_t misses = 0;               ///< asked for and absent
  std::uint64_t errors = 0;               ///< failed I/O and damaged records
  std::uint64_t hot_cache_hits = 0;       ///< found in the hot tier
  std::uint64_t pending_hits = 0;         ///< found on the way to disk
  std::uint64_t cold_hits = 0;            ///< found in the cold tier
  std::uint64_t hot_cache_evictions = 0;  ///< blocks that left the hot tier to make room
  std::uint64_t hot_cache_promotions = 0; ///< blocks that a cold hit brought into the hot tier
  std::uint64_t evictions = 0;            ///< blocks reclaimed from the cold tier to make room
  std::uint64_t puts_rejected = 0;        ///< puts that the full mailbox of hot_cache rejected: no offer, no write drop
  std::uint64_t recency_skipped = 0;      ///< of hot_cache_hits, those whose recency was not passed on: no room for it
  amount synced;                          ///< of what was persisted, survives a power cut
  amount lost;                            ///< accepted, and now in no tier other than by reclaim, erase or expiry

  /// Blocks found by gets, in any tier. `hits() + misses` is what was asked for.
  [[nodiscard]] std::uint64_t hits() const noexcept { return hot_cache_hits + pending_hits + cold_hits; }

  counters& operator+=(const counters& other) noexcept;

  /// What happened since `start`, an earlier state of these same counters (the ledger as `ledger::since`).
  /// Pre: no counter of `start` is larger.
  [[nodiscard]] counters since(const counters& start) const noexcept;

  friend bool operator==(const counters&, const counters&) = default;
};

/// Whether the cold tier is there.
enum class cold_state : std::uint8_t {
  none,     ///< the cache was opened without one
  attached, ///< its directory is open
  detached, ///< its directory is gone: the hot tier serves alone until it is back
};
[[nodiscard]] std::string_view to_string(cold_state state) noexcept;

/// Levels of one namespace now. A reset keeps them.
struct gauges {
  amount hot;                                  ///< hot_cache_entries, hot_cache_size_bytes
  amount dirty;                                ///< hot blocks without a valid copy in the cold tier
  amount cold;                                 ///< num_blocks and their payload bytes
  amount queue;                                ///< writer_queue_blocks, writer_queue_bytes
  std::uint64_t total_size_bytes = 0;          ///< bytes of the cold tier in use, headers included
  std::uint64_t hot_cache_max_bytes = 0;       ///< limit of the whole cache
  std::uint64_t max_size_bytes = 0;            ///< limit of the cold tier now
  std::uint64_t configured_max_size_bytes = 0; ///< limit of the cold tier as set
  std::uint64_t cold_appended_bytes = 0;   ///< payload written to the cold tier since it was opened; whole cache only
  std::uint64_t cold_written_bytes = 0;    ///< all that was written for it: over the one before, write amplification
  std::uint64_t cold_reappended_bytes = 0; ///< of these, copies of blocks that reclaim kept
  std::uint64_t cold_unclaimed_bytes = 0;  ///< of total_size_bytes, in namespaces that nobody has named since the start
  hearth::stats::cold_state cold_state = hearth::stats::cold_state::none; ///< of the whole cache

  /// Adds the levels; limits and the cold tier's state are of the whole cache and are kept.
  gauges& operator+=(const gauges& other) noexcept;

  friend bool operator==(const gauges&, const gauges&) = default;
};

/// Where the memory of a process' buffers is: of all its caches together, and of what its host holds.
/// `mapped_bytes == in_use_bytes + stranded_bytes + idle_bytes`, but for what is on its way between them.
struct memory_levels {
  std::uint64_t budget_bytes = 0;     ///< the caches' limits in memory, added up
  std::uint64_t mapped_bytes = 0;     ///< held for buffers, in use or not
  std::uint64_t in_use_bytes = 0;     ///< capacity of the live buffers
  std::uint64_t stranded_bytes = 0;   ///< free beside a live buffer, of use to buffers of its size only: fragmentation
  std::uint64_t idle_bytes = 0;       ///< of use to any buffer
  std::uint64_t huge_page_bytes = 0;  ///< of mapped_bytes, on huge pages
  std::uint64_t pinned_bytes = 0;     ///< of mapped_bytes, taken by every memory watcher
  std::uint64_t regions_mapped = 0;   ///< since the start of the process; growing in steady state: page faults
  std::uint64_t regions_unmapped = 0; ///< since then

  friend bool operator==(const memory_levels&, const memory_levels&) = default;
};

} // namespace hearth::stats
