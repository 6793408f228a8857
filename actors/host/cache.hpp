#pragma once

#include "actors/host/cache_options.hpp"
#include "messages/limits.hpp"
#include "messages/put_outcome.hpp"
#include "stats/history.hpp"
#include "stats/snapshot.hpp"
#include "storage/blocks/block.hpp"
#include "storage/errors.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace caf {
class actor_system;
}

namespace hearth {

// Aliases for the types that a host uses.
using messages::put_outcome;
using messages::tier;
using messages::tier_limits;
using stats::amount;
using stats::snapshot;
using storage::block_key;
using storage::buffer;
using storage::derive_key;
using storage::errc;
using storage::failure;
using storage::key_from_hex;
using storage::mutable_buffer;
using storage::namespace_id;
using storage::result;
using storage::to_hex;

struct actor_handles;

namespace actors {
class journal;
}

/// Options of a put.
struct put_options {
  /// Namespace number, from `cache::name_space`; 0 is "default".
  namespace_id name_space = 0;

  /// Parent: the key of the block before this one in its chain. None: this block is the head of its chain.
  std::optional<block_key> parent{};

  /// Longest wait of a blocking call. None: request_timeout. The callback forms ignore it.
  std::optional<std::chrono::milliseconds> timeout{};
};

/// Options of get, get_prefix, contains and erase.
struct get_options {
  /// Namespace number, from `cache::name_space`; 0 is "default".
  namespace_id name_space = 0;

  /// Largest reply of a get_prefix, payload bytes; lease_bytes_max if that is less. The first block is returned
  /// whatever its size. 0: lease_bytes_max.
  std::uint64_t bytes_max = 0;

  /// Longest wait of a blocking call. None: request_timeout. In get and get_prefix, also with a callback, it limits the
  /// cold reads as well, to request_timeout at most. The callback forms of contains and erase ignore it.
  std::optional<std::chrono::milliseconds> timeout{};
};

/// Prefix of a chain: the longest leading run of blocks that are present. `blocks[i]` belongs to `keys[i]`, without
/// gaps.
struct prefix {
  std::vector<buffer> blocks;

  /// Whether bytes_max, lease_bytes_max, the reader's mailbox or lack of memory shortened the prefix: more of the chain
  /// may be present. Request the keys from `keys[blocks.size()]` on.
  bool truncated = false;
};

/// Result of a flush.
struct flush_report {
  /// Blocks that were persisted while flushing.
  amount written;

  /// Blocks that are still dirty or pending. A block whose parent is in no tier stays dirty until the parent is put.
  /// After a close: the blocks that the close dropped.
  amount left;

  /// Whether the written blocks survive a power cut. False without a cold tier, or if the deadline passed before the
  /// sync.
  bool synced = false;
};

using close_report = flush_report;

/// Result of `clear_tier`.
struct clear_report {
  /// Blocks that left the tier. A block on its way to the SSD counts as cold.
  std::uint64_t removed = 0;

  /// After a clear of the hot tier: the blocks that stayed, because they are nowhere else. After a clear of the cold
  /// tier: those of `removed` that are still hot; all others are gone.
  std::uint64_t still_hot = 0;
};

class cache;

/// The log of a cache, for parts of hearth that are not the cache itself. Valid as long as the cache.
[[nodiscard]] actors::journal& journal_of(cache& of);

/// A two-tier cache for large immutable blocks, inside the host's process.
///
/// Threads: every function may be called from any thread.
///
/// Blocking calls wait at most their timeout, and at most a day. Then they return `timeout`; the cache may still
/// complete the call. `flush` and `close` wait up to 500 ms longer than their deadline. The run time of a producer is
/// not limited.
///
/// Asynchronous calls run the callback `done` exactly once, unless `done` is empty: on a thread of the actor system, or
/// on the caller's thread before the call returns, if the result is known at once. A callback must not block, and must
/// not close or destroy the cache. The log reports an exception that a callback throws.
///
/// Errors of every call: closed, overloaded (no effect, except that a put may have been counted as a drop: the block
/// was not stored; try again later), timeout, invalid_argument (a namespace number that the cache has not given out).
///
/// A moved-from cache may only be assigned to or destroyed.
class cache {
public:
  /// Opens a cache on an actor system of its own, or on the caller's `system`, which must outlive the cache.
  /// Errors: invalid_argument (a setting), not_found (the directory), busy (another cache, in this process or another,
  /// has the directory; or writes of a process that was killed have not ended within 60 s), unsupported, no_space, io,
  /// no_memory, overloaded (more namespaces on disk than namespaces_max).
  [[nodiscard]] static result<cache> open(cache_options options);
  [[nodiscard]] static result<cache> open(caf::actor_system& system, cache_options options);

  cache(cache&&) noexcept;
  cache& operator=(cache&&) noexcept;
  /// Closes with the deadline `close_timeout`, if the cache is still open. Then waits, at most 5 s, until the actors
  /// have released the directory.
  ~cache();

  /// Returns the number of a namespace; a new namespace gets a number. A namespace is a model with its compatibility
  /// signature. Call this for every namespace in use as soon as the cache is open: when the cold tier needs room,
  /// blocks found on disk in namespaces that were not named leave before all others. "default" has number 0 and counts
  /// as named. Errors: invalid_argument, overloaded (there are namespaces_max already).
  [[nodiscard]] result<namespace_id> name_space(std::string_view name);

  /// Stores `payload` under `key`. The payload is shared, never copied. Returns when the block can be read back, which
  /// is before the block is on disk. A block that is present with this length is `refreshed`: the block counts as used,
  /// and keeps the bytes of its first put.
  /// Errors: too_large (more than block_bytes_max or hot_cache's mailbox, or the block fits neither tier), conflict
  /// (present with another length or in another namespace), invalid_argument (empty payload), overloaded (hot_cache's
  /// mailbox is full). Only for a block larger than the hot limit: overloaded (late_full, over_budget, the writer is
  /// being replaced, or the cold tier's directory is gone), orphan (the parent is in no tier). In write-through, a
  /// block within the hot limit stays hot if its write is dropped, and the put returns `stored`.
  result<put_outcome> put(const block_key& key, buffer payload, const put_options& options = {});

  /// Preflight put, for a payload that is expensive to make: calls `produce` on this thread, only if there is room for
  /// `bytes` now. `produce` must return a payload of exactly `bytes` bytes.
  /// Errors before `produce` is called: closed, invalid_argument (`bytes` is 0, or the namespace), too_large,
  /// overloaded
  /// (`preflight_full` in its context; or the block is larger than the hot limit and the cold tier's directory is
  /// gone). Errors after that: every error that `produce` returns, invalid_argument (the payload has another length),
  /// and those of `put`.
  using producer = std::function<result<buffer>()>;
  result<put_outcome> put(const block_key& key, std::uint64_t bytes, const producer& produce,
                          const put_options& options = {});

  /// Chain put: stores a whole chain, head first, in one message, or in as few messages as hot_cache's mailbox allows.
  /// `payloads[i]` goes under `keys[i]`; the parent of `keys[i]` is `keys[i - 1]`, and of `keys[0]` it is
  /// `options.parent`. Payloads are never copied. Under eviction, later blocks of the chain leave first. Returns the
  /// outcome of each block, with the errors of `put`. Errors of the whole call, in which no block was stored:
  /// overloaded (hot_cache's mailbox is full), too_large (the first block is larger than hot_cache's mailbox),
  /// invalid_argument (the numbers of payloads and keys differ).
  result<std::vector<result<put_outcome>>> put_many(std::span<const block_key> keys, std::vector<buffer> payloads,
                                                    const put_options& options = {});

  /// Returns the payload of one block. The get of a hot block sends no request, and takes about the time of a lookup in
  /// a hash map. Errors: not_found; no_memory (the block is in the cold tier, and stays there).
  [[nodiscard]] result<buffer> get(const block_key& key, const get_options& options = {});

  /// Returns the prefix of `keys` that is present. Sends one request, and none if all blocks are hot. Errors: no_memory
  /// (the first block is in the cold tier, and stays there).
  [[nodiscard]] result<prefix> get_prefix(std::span<const block_key> keys, const get_options& options = {});

  /// Returns for each key whether its block is in a tier now. Counts neither as use nor as hit.
  [[nodiscard]] result<std::vector<bool>> contains(std::span<const block_key> keys, const get_options& options = {});
  [[nodiscard]] result<bool> contains(const block_key& key, const get_options& options = {});

  /// Removes the block from every tier. Returns whether the block was present. After: gets miss. Durable after the next
  /// flush.
  result<bool> erase(const block_key& key, const get_options& options = {});

  /// Removes every block of a namespace, or of the whole cache if `name_space` is empty. Returns how many blocks there
  /// were. Durable after the next flush.
  result<std::uint64_t> clear(std::optional<namespace_id> name_space = {});

  /// Removes every block of a namespace, or of the whole cache if `name_space` is empty, from one tier. Neither counts
  /// as eviction, drop or loss.
  ///
  /// `tier::hot` frees memory and loses nothing: a block leaves the hot tier if it has a cold copy or a pending write,
  /// or if the writer takes it now. Blocks stay that the writer does not take: orphans, blocks that the cold tier can
  /// never take, and all others once the writer's mailbox is full, the write budget is used up, the writer is being
  /// replaced, or the cold tier's directory is gone. Flush first, so that more can leave. A write that fails later
  /// loses its block, as after an eviction. Without a cold tier every block is removed, as by `erase`.
  ///
  /// `tier::cold` empties the SSD: cold copies are removed, and pending writes cancelled. A hot block stays readable
  /// and becomes dirty: idle cleaning, a flush or an eviction writes it again. A block that is not hot is gone, as
  /// after `erase`. Durable after the next flush. While the cold tier's directory is gone, the blocks in it are not
  /// counted; they do not come back with it. Errors: invalid_argument (`tier::cold` without a cold tier).
  result<clear_report> clear_tier(tier which, std::optional<namespace_id> name_space = {});

  /// Changes the limits of the tiers at once, until the cache is closed. A limit that is not given stays as it is.
  /// A lower hot limit evicts blocks as usual: dirty blocks are offered to the writer, and dropped as evict_full while
  /// the writer's mailbox is full. Flush first to keep all of them. Buffers that were handed out stay valid. Under a
  /// lower cold limit, the cold tier adds nothing until it is below the limit; the disk frees bytes as soon as
  /// possible. An automatic lease_bytes_max follows the hot limit. Limits of mailboxes (writer_queue_bytes for example)
  /// and segment_bytes stay as they were when the cache was opened. Errors, with nothing changed: invalid_argument (a
  /// hot limit of 0, or any cold limit, without a cold tier; too little for the cold tier's own files and one segment;
  /// more than tier_bytes_limit), io (a cold limit while the cold tier's directory is gone).
  result<void> limit(const tier_limits& limits);

  /// Writes every dirty block and syncs. While the writer's mailbox is full, the flush waits; it drops no block. At the
  /// deadline it returns, and reports the unwritten blocks in `left`. The default deadline is request_timeout. Errors:
  /// io (the sync failed: written blocks may not survive a power cut).
  result<flush_report> flush(std::optional<std::chrono::milliseconds> deadline = {});

  /// Returns the counters and gauges of one namespace, or of the whole cache ("*"). The counters include every call
  /// that returned before this one. Works after `close` as well. Errors: not_found (no such namespace).
  [[nodiscard]] result<snapshot> stats(std::string_view name_space = "*");

  /// Returns what the whole cache counted over time, without the steps that ended at or before `since_ms` (ms since the
  /// epoch): the last hour in seconds, or with `minutes` the last day in minutes. Works after `close` as well.
  [[nodiscard]] result<stats::history> history(bool minutes = false, std::int64_t since_ms = 0);

  /// Returns the log events with a number above `since`, latest first, 1,000 at most. actors/EVENTS.md lists the ids.
  /// Sends no message. Errors: none.
  [[nodiscard]] std::vector<log_event> events(std::uint64_t since = 0) const;

  /// Sets all counters to zero. Gauges, events, recent events and the history stay; the ledger starts with offered =
  /// pending. Works after `close` as well.
  result<void> reset_stats();

  /// Closes the cache: refuses every later call except `stats` and `reset_stats` with `closed`, also while the close
  /// flushes; then flushes. Blocks that are not written at the deadline are dropped as `closing` and reported in
  /// `left`. The default deadline is close_timeout. Returns at the deadline even if the disk hangs. A second close
  /// returns `closed`. The directory belongs to this cache until the cache is destroyed. Errors: as `flush`.
  result<close_report> close(std::optional<std::chrono::milliseconds> deadline = {});

  // Asynchronous calls: `done` gets what the blocking call returns. A put with a producer and `name_space` have none.
  template <class T>
  using callback = std::function<void(result<T>)>;
  void put_async(const block_key& key, buffer payload, const put_options& options, callback<put_outcome> done);
  void put_many_async(std::span<const block_key> keys, std::vector<buffer> payloads, const put_options& options,
                      callback<std::vector<result<put_outcome>>> done);
  void get_async(const block_key& key, const get_options& options, callback<buffer> done);
  void get_prefix_async(std::vector<block_key> keys, const get_options& options, callback<prefix> done);
  void contains_async(std::vector<block_key> keys, const get_options& options, callback<std::vector<bool>> done);
  void erase_async(const block_key& key, const get_options& options, callback<bool> done);
  void clear_async(std::optional<namespace_id> name_space, callback<std::uint64_t> done);
  void clear_tier_async(tier which, std::optional<namespace_id> name_space, callback<clear_report> done);
  void limit_async(const tier_limits& limits, callback<void> done);
  void flush_async(std::chrono::milliseconds deadline, callback<flush_report> done);
  void stats_async(std::string_view name_space, callback<snapshot> done);
  void history_async(bool minutes, std::int64_t since_ms, callback<stats::history> done);
  void reset_stats_async(callback<void> done);
  void close_async(std::chrono::milliseconds deadline, callback<close_report> done);

  /// The actors of this cache, for a host that is an actor itself. Include actors/host/actors.hpp to use them. Valid as
  /// long as the cache.
  [[nodiscard]] const actor_handles& actors() const noexcept;

  class impl;

private:
  friend actors::journal& journal_of(cache& of);
  explicit cache(std::unique_ptr<impl> state);

  std::unique_ptr<impl> impl_;
};

} // namespace hearth
