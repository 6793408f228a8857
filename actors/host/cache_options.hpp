#pragma once

#include "actors/tiers/write_policy.hpp"
#include "messages/limits.hpp"
#include "stats/log_event.hpp"
#include "storage/errors.hpp"
#include "storage/orders.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace hearth {

using stats::log_callback;
using stats::log_event;
using storage::eviction_order;
using storage::opening_progress;
using storage::reclaim_order;

// The largest values that a setting may have, bytes.
using messages::tier_bytes_limit;                              ///< of a tier, and of a rate in bytes a second
inline constexpr std::uint64_t block_bytes_limit = 4ull << 30; ///< of one block
/// Of a mailbox: the largest number that a gate can count.
inline constexpr std::uint64_t queue_bytes_limit = (1ull << 40) - 1;

/// I/O path of the cold tier: how reads and writes reach the kernel.
enum class disk_io : std::uint8_t {
  automatic, ///< io_uring where the kernel offers it, else threads; the log says which
  threads,   ///< a few threads, each of which waits for one read or write
};

/// Settings of one cache: default, unit and limits of each. Plain values; a host fills them in by name:
///
///     hearth::cache::open({.directory = "/ssd/cache", .hot_bytes_max = 8ull << 30, .advanced = {.io_threads = 4}});
///
/// tests/rules.py compares the table in actors/host/README.md with this file.
struct cache_options {
  /// Directory of the cold tier. It must exist, and it belongs to one cache at a time. Empty: hot tier only.
  std::string directory;

  /// Missing directory: true runs the cache with the hot tier only; false is an error of `open`.
  bool ram_only_if_missing = false;

  /// Write policy: when a block is handed to the writer.
  write_policy policy = write_policy::back;

  /// Hot tier's limit, payload bytes. 0: no hot tier.
  std::uint64_t hot_bytes_max = 1ull << 30;

  /// Cold tier's limit, bytes on disk with headers and indexes. 0: a tenth of the free space, with 10 GiB kept free.
  std::uint64_t cold_bytes_max = 0;

  /// Free-space floor, bytes: this much of the disk stays free, whatever else fills the disk. 0: none, or 10 GiB if
  /// cold_bytes_max is automatic.
  std::uint64_t free_bytes_min = 0;

  /// Eviction policy of the hot tier: which block leaves first.
  eviction_order eviction = eviction_order::lru;

  /// Reclaim policy of the cold tier: which segment is reclaimed first.
  reclaim_order reclaim = reclaim_order::least_useful;

  /// Sync interval in bytes: written blocks are synced after this many bytes. 0: only by time, flush and close.
  std::uint64_t sync_bytes = 128ull << 20;

  /// Sync interval in time: a written block is synced at most this long after, 0 ms to a day. 0: only by bytes, flush
  /// and close.
  std::chrono::milliseconds sync_every{1000};

  /// Write budget of the disk, bytes a second. 0: no limit.
  std::uint64_t write_bytes_per_second = 0;

  /// Write budget of the disk, bytes a day. 0: no limit.
  std::uint64_t write_bytes_per_day = 0;

  /// Writer's mailbox, blocks: 1 to 65,536.
  std::uint32_t writer_queue_blocks = 256;

  /// Writer's mailbox, time: the mailbox takes no more bytes than the disk writes in this time at its recent speed. 0
  /// ms to a day; 0: no limit in time.
  std::chrono::milliseconds writer_queue_time{5'000};

  /// Writer's mailbox, payload bytes. 0: a quarter of hot_bytes_max, at least 64 MiB and at least block_bytes_max.
  std::uint64_t writer_queue_bytes = 0;

  /// Largest reply, payload bytes: the most that one get_prefix hands out; also a part of the memory budget. 0: half of
  /// hot_bytes_max, at least 64 MiB.
  std::uint64_t lease_bytes_max = 0;

  /// Largest block: 1 byte to 4 GiB.
  std::uint64_t block_bytes_max = 512ull << 20;

  /// Most namespaces, 1 to 1,024; "default" is one of them.
  std::uint32_t namespaces_max = 64;

  /// Promotion: a block read from the cold tier enters the hot tier.
  bool promote_cold_hits = true;

  /// Chains: a block whose parent is in no tier is not written, and counted as `orphan`. Set it to false if keys are
  /// not chains.
  bool cut_chains = true;

  /// Idle cleaning: dirty blocks are written once the writer has been idle this long, 0 ms to a day. 0: never.
  std::chrono::milliseconds idle_clean{200};

  /// Default timeout of every blocking call, and the limit of every cold read: 1 ms to a day.
  std::chrono::milliseconds request_timeout{30'000};

  /// Deadline of the close in the destructor, and the default of `close`: 0 ms to a day.
  std::chrono::milliseconds close_timeout{30'000};

  /// Progress of opening the cold tier, in segments. Called on the thread that opens. nullptr: no calls.
  opening_progress on_opening = nullptr;

  /// Log of this cache: called for every line that is not held back, with `count` occurrences (`log_event::number` is 0
  /// here). Called on the cache's threads and on callers' threads, several at once: it must be thread-safe, must not
  /// block, and must not call the cache. An exception is ignored. Empty: lines go to the spdlog logger "hearth" of the
  /// host, or (warnings and errors) to standard error. A host with its own copy of spdlog has another registry of
  /// loggers: it needs this callback. actors/EVENTS.md lists the ids.
  log_callback on_log = nullptr;

  /// Settings for trials, tests and unusual disks. The defaults suit a host; none of them changes what a cache
  /// promises.
  struct advanced_options {
    /// Segment size of the cold tier, bytes, a multiple of 4 KiB. 0: a sixteenth of cold_bytes_max, but 64 KiB to
    /// 256 MiB, or a 512th of cold_bytes_max if that is more.
    std::uint64_t segment_bytes = 0;

    /// Re-append limit: the largest share of a reclaimed segment, in per cent, that is copied to another segment:
    /// blocks that were used since they were written. 0 to 50.
    std::uint32_t reappend_percent = 25;

    /// Write burst, bytes that may be written at once beyond the rate of the write budgets. 0: ten seconds' worth.
    std::uint64_t write_burst_bytes = 0;

    /// hot_cache's mailbox, messages: 1 to 65,536.
    std::uint32_t hot_cache_mailbox = 4096;

    /// hot_cache's mailbox, payload bytes. 0: as writer_queue_bytes, at least block_bytes_max.
    std::uint64_t hot_cache_mailbox_bytes = 0;

    /// Reader's mailbox, blocks: 1 to 65,536.
    std::uint32_t reader_queue_blocks = 1024;

    /// Reader's mailbox, payload bytes of cold reads in flight. Any block that can be written fits.
    std::uint64_t reader_queue_bytes = 256ull << 20;

    /// stats' mailbox, messages: 1 to 65,536.
    std::uint32_t stats_mailbox = 1024;

    /// I/O path of the cold tier.
    disk_io io = disk_io::automatic;

    /// Threads of the I/O engine: 1 to 64.
    std::uint32_t io_threads = 2;

    /// Writes in flight, blocks: 1 to 1,024. A block that waits behind them can still be cancelled.
    std::uint32_t writes_in_flight = 64;

    /// Simulated disk speed for trials, bytes written a second. 0: no limit.
    std::uint64_t drain_bytes_per_second = 0;
  };
  advanced_options advanced{};

  /// Checks every setting. Errors: invalid_argument, naming the field, what was found and the allowed range.
  [[nodiscard]] storage::result<void> validate() const;
};

/// Bytes of its limit `bytes_max` that an empty cold tier uses itself. The limit must be larger.
[[nodiscard]] std::uint64_t empty_store_bytes(std::uint64_t bytes_max, std::uint64_t segment_bytes);

} // namespace hearth
