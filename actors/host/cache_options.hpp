#pragma once

#include "actors/tiers/write_policy.hpp"
#include "messages/limits.hpp"
#include "storage/errors.hpp"
#include "storage/orders.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace hearth {

using storage::eviction_order;
using storage::opening_progress;
using storage::reclaim_order;

/// The largest limits that a setting may have.
using messages::tier_bytes_limit;                                    ///< of a tier, and of a rate in bytes a second
inline constexpr std::uint64_t block_bytes_limit = 4ull << 30;       ///< of one block
inline constexpr std::uint64_t queue_bytes_limit = (1ull << 40) - 1; ///< of a mailbox: what a gate can count

/// How reads and writes of the cold tier reach the kernel.
enum class disk_io : std::uint8_t {
  automatic, ///< io_uring where the kernel offers it, else threads; the log says which
  threads,   ///< a few threads that wait
};

/// Settings of one cache: default, unit and limits of each. actors/host/README.md has the table, checked against this
/// file.
struct cache_options {
  std::string directory;            ///< of the cold tier, must exist; empty: hot tier only
  bool ram_only_if_missing = false; ///< a missing directory is no error: run with the hot tier only
  write_policy policy = write_policy::back;
  std::uint64_t hot_bytes_max = 1ull << 30; ///< bytes; 0: cold tier only
  std::uint64_t cold_bytes_max = 0;         ///< bytes on disk, headers too; 0: a tenth of the free space, 10 GiB kept
  std::uint64_t segment_bytes = 0;  ///< bytes, whole 4 KiB; 0: a sixteenth of cold, at most 256 MiB or a 512th of it
  std::uint64_t free_bytes_min = 0; ///< kept free on the disk whoever fills it; 0: 10 GiB if cold is automatic
  eviction_order eviction = eviction_order::lru; ///< which hot block leaves first
  reclaim_order reclaim = reclaim_order::least_useful;
  std::uint32_t reappend_percent = 25;     ///< 0..50: of a reclaimed segment, copied on if used since written
  std::uint64_t sync_bytes = 128ull << 20; ///< so much written, it is synced; 0: by time, flush and close only
  std::chrono::milliseconds sync_every{
      1000};                                ///< so long after a write, it is synced; 0: by bytes, flush and close only
  std::uint64_t write_bytes_per_second = 0; ///< budget of the disk, bytes; 0: no limit
  std::uint64_t write_bytes_per_day = 0;    ///< bytes; 0: no limit
  std::uint64_t write_burst_bytes = 0;      ///< bytes at once beyond the rate; 0: ten seconds' worth
  std::uint32_t writer_queue_blocks = 256;  ///< 1..65,536
  /// The queue takes no more than the disk, as fast as it was of late, writes in this time; 0 ms to a day; 0: no limit.
  std::chrono::milliseconds writer_queue_time{5'000};
  std::uint64_t writer_queue_bytes = 0;            ///< bytes; 0: a quarter of hot_bytes_max, at least 64 MiB, a block
  std::uint32_t hot_cache_mailbox = 4096;          ///< messages, 1..65,536
  std::uint64_t hot_cache_mailbox_bytes = 0;       ///< payload bytes in it; 0: as the writer's, at least one block
  std::uint32_t reader_queue_blocks = 1024;        ///< 1..65,536
  std::uint64_t reader_queue_bytes = 256ull << 20; ///< bytes of cold reads in flight; one block always fits
  std::uint32_t stats_mailbox = 1024;              ///< messages, 1..65,536
  std::uint64_t lease_bytes_max = 0;            ///< most that one get_prefix hands out; 0: half of hot, at least 64 MiB
  std::uint64_t block_bytes_max = 512ull << 20; ///< 1..4 GiB
  std::uint32_t namespaces_max = 64;            ///< 1..1,024
  std::uint32_t readers = 2;                    ///< reader actors, 1..16
  disk_io io = disk_io::automatic;
  std::uint32_t io_threads = 2;              ///< threads of the I/O engine, 1..64
  std::uint32_t writes_in_flight = 64;       ///< blocks being written at once, 1..1,024; others can be cancelled
  std::uint64_t drain_bytes_per_second = 0;  ///< slows the disk down, for trials; 0: no limit
  bool promote_cold_hits = true;             ///< a cold hit enters the hot tier
  bool cut_chains = true;                    ///< do not write blocks whose parent is in no tier (`orphan`)
  std::chrono::milliseconds idle_clean{200}; ///< the writer idle this long, dirty blocks are written; 0: never
  std::chrono::milliseconds request_timeout{30'000}; ///< default of every blocking call, limit of every cold read
  std::chrono::milliseconds close_timeout{30'000};   ///< close() in the destructor
  opening_progress on_opening = nullptr;             ///< hears how far opening the cold tier is, in segments

  /// Errors: invalid_argument, naming the field, what was found and the allowed range.
  [[nodiscard]] storage::result<void> validate() const;
};

/// What an empty cold tier with this limit takes of it: a limit must be larger. Bytes.
[[nodiscard]] std::uint64_t empty_store_bytes(std::uint64_t bytes_max, std::uint64_t segment_bytes);

} // namespace hearth
