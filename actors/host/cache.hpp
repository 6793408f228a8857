#pragma once

#include "actors/host/cache_options.hpp"
#include "messages/limits.hpp"
#include "messages/put_outcome.hpp"
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

/// Options of a put.
struct put_options {
  /// Namespace number, from `cache::name_space`; 0 is "default".
  namespace_id name_space = 0;

  /// Parent: the key of the block before this one in its chain. None: this block is the head of its chain.
  std::optional<block_key> parent{};

  /// Longest wait of the call. None: request_timeout.
  std::optional<std::chrono::milliseconds> timeout{};
};

/// Options of every other call about blocks.
struct get_options {
  /// Namespace number, from `cache::name_space`; 0 is "default".
  namespace_id name_space = 0;

  /// Largest reply, payload bytes: the most that a get_prefix hands out. The first block is handed out whatever its
  /// size. 0: lease_bytes_max.
  std::uint64_t bytes_max = 0;

  /// Longest wait of the call. None: request_timeout.
  std::optional<std::chrono::milliseconds> timeout{};
};

/// Prefix of a chain: the longest leading run of blocks that are present. `blocks[i]` belongs to `keys[i]`; there are
/// no holes.
struct prefix {
  std::vector<buffer> blocks;

  /// Shortened by bytes_max, by the read budget or by lack of memory: more of the chain may be present. Ask again from
  /// there.
  bool truncated = false;
};

/// Result of a flush.
struct flush_report {
  /// Blocks that were persisted while flushing.
  amount written;

  /// Blocks that are still dirty or pending. An orphan stays dirty until its parent is put. After a close: blocks that
  /// were given up.
  amount left;

  /// Whether the written blocks survive a power cut. False without a cold tier, or if the deadline passed before the
  /// sync.
  bool synced = false;
};

using close_report = flush_report;

/// A two-tier cache for large immutable blocks, inside the host's process.
///
/// Threads: every function may be called from any thread. Blocking calls wait at most their timeout, and at most a day.
/// Then they return `timeout`; the cache may still complete the call. Asynchronous calls run the callback `done`
/// exactly once, unless it is empty: on a thread of the actor system, or on the caller's thread before the call
/// returns, if the result is known at once. A callback must not block, and must not close or destroy the cache. The log
/// reports an exception that a callback throws. Errors of every call: closed, overloaded (nothing changed; try again
/// later), timeout, invalid_argument (a namespace number that the cache has not given out). A moved-from cache may only
/// be assigned to or destroyed.
class cache {
public:
  /// Opens a cache on an actor system of its own, or on the caller's `system`, which must outlive the cache.
  /// Errors: invalid_argument (a setting), not_found (the directory), busy (another cache, in this process or another,
  /// has the directory), unsupported, no_space, io.
  [[nodiscard]] static result<cache> open(cache_options options);
  [[nodiscard]] static result<cache> open(caf::actor_system& system, cache_options options);

  cache(cache&&) noexcept;
  cache& operator=(cache&&) noexcept;
  ~cache(); ///< closes with the deadline `close_timeout`, if the cache is still open

  /// Returns the number of a namespace, and gives it a number if it is new. A namespace is a model with its
  /// compatibility signature. Call this for every namespace in use as soon as the cache is open: when the cold tier
  /// needs room, blocks found on disk in namespaces that were not named leave before all others. "default" has number 0
  /// and counts as named. Errors: invalid_argument, overloaded (there are namespaces_max already).
  [[nodiscard]] result<namespace_id> name_space(std::string_view name);

  /// Stores `payload` under `key`. The payload is shared, never copied. Returns when the block can be read back, which
  /// is before it is on disk. A block that is present with this length is `refreshed`: it counts as used, and keeps the
  /// bytes it was first put with.
  /// Errors: too_large, conflict (present with another length or in another namespace), invalid_argument (empty
  /// payload), overloaded (also if the block was given up as late_full), orphan (only without a hot tier: the parent is
  /// in no tier).
  result<put_outcome> put(const block_key& key, buffer payload, const put_options& options = {});

  /// Preflight put, for a payload that is expensive to make: calls `produce` on this thread, only if there is room for
  /// `bytes` now. It must return a payload of exactly `bytes` bytes.
  /// Errors: as `put`; too_large before `produce` is called; overloaded with `preflight_full` in its context if
  /// `produce` was not called; every error that `produce` returns; invalid_argument if the payload has another length.
  using producer = std::function<result<buffer>()>;
  result<put_outcome> put(const block_key& key, std::uint64_t bytes, const producer& produce,
                          const put_options& options = {});

  /// Chain put: stores a whole chain, head first, in one message, or in as few messages as hot_cache's mailbox allows.
  /// `payloads[i]` goes under `keys[i]`; the parent of `keys[i]` is `keys[i - 1]`, and of `keys[0]` it is
  /// `options.parent`. Payloads are never copied. Under eviction, later blocks of the chain leave first. Returns the
  /// outcome of each block, with the errors of `put`. Errors: overloaded (nothing changed), invalid_argument (the
  /// numbers of payloads and keys differ).
  result<std::vector<result<put_outcome>>> put_many(std::span<const block_key> keys, std::vector<buffer> payloads,
                                                    const put_options& options = {});

  /// Returns the payload of one block. A hot block needs no message: it takes about the time of a lookup in a hash map.
  /// Errors: not_found; no_memory (the block is in the cold tier, and stays there).
  [[nodiscard]] result<buffer> get(const block_key& key, const get_options& options = {});

  /// Returns the longest leading run of `keys` that is present. It takes one message, and none if all of `keys` are
  /// hot. Errors: no_memory (the first block is in the cold tier, and stays there).
  [[nodiscard]] result<prefix> get_prefix(std::span<const block_key> keys, const get_options& options = {});

  /// Returns for each key whether its block is in a tier now. Counts neither as use nor as hit.
  [[nodiscard]] result<std::vector<bool>> contains(std::span<const block_key> keys, const get_options& options = {});
  [[nodiscard]] result<bool> contains(const block_key& key, const get_options& options = {});

  /// Removes the block from every tier. Returns whether it was present. After: gets miss. Durable after the next flush.
  result<bool> erase(const block_key& key, const get_options& options = {});

  /// Removes every block of a namespace, or of the whole cache if `name_space` is empty. Returns how many blocks there
  /// were. Durable after the next flush.
  result<std::uint64_t> clear(std::optional<namespace_id> name_space = {});

  /// Changes the limits of the tiers at once, until the cache is closed. A limit that is not given stays as it is.
  /// A lower hot limit evicts blocks as always: dirty blocks are offered to the writer, and given up as evict_full
  /// while its mailbox is full. Flush first to keep all of them. Buffers that were handed out stay valid. Under a lower
  /// cold limit, the cold tier adds nothing until it is below the limit; the disk gives room back as soon as it can. An
  /// automatic lease_bytes_max follows the hot limit. Mailboxes (writer_queue_bytes is one) and segment_bytes stay as
  /// they were when the cache was opened. Errors: invalid_argument, nothing changed: a hot limit of 0, or any cold
  /// limit, without a cold tier; too little for the cold tier's own files and one segment; more than tier_bytes_limit.
  result<void> limit(const tier_limits& limits);

  /// Writes every dirty block and syncs. While the writer's queue is full, it waits; it drops nothing. At the deadline
  /// it returns with the blocks that are left. The default deadline is request_timeout. Errors: io (the sync failed:
  /// written blocks may not survive a power cut).
  result<flush_report> flush(std::optional<std::chrono::milliseconds> deadline = {});

  /// Returns the counters and gauges of one namespace, or of the whole cache ("*"). They include every call that
  /// returned before this one. Works after `close` as well. Errors: not_found (no such namespace).
  [[nodiscard]] result<snapshot> stats(std::string_view name_space = "*");

  /// Sets all counters to zero. Gauges stay; the ledger starts with offered = pending. Works after `close` as well.
  result<void> reset_stats();

  /// Closes the cache: flushes, then refuses every call except `stats` and `reset_stats`. Blocks that are not written
  /// at the deadline are dropped as `closing` and reported. The default deadline is close_timeout. Returns at the
  /// deadline even if the disk hangs. A second close returns `closed`. The directory belongs to this cache until the
  /// cache is destroyed. Errors: as `flush`.
  result<close_report> close(std::optional<std::chrono::milliseconds> deadline = {});

  // Asynchronous calls: `done` gets what the blocking call returns.
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
  void limit_async(const tier_limits& limits, callback<void> done);
  void flush_async(std::chrono::milliseconds deadline, callback<flush_report> done);
  void stats_async(std::string_view name_space, callback<snapshot> done);
  void reset_stats_async(callback<void> done);
  void close_async(std::chrono::milliseconds deadline, callback<close_report> done);

  /// The actors of this cache, for a host that is an actor itself. Include actors/host/actors.hpp to use them. Valid as
  /// long as the cache.
  [[nodiscard]] const actor_handles& actors() const noexcept;

  class impl;

private:
  explicit cache(std::unique_ptr<impl> state);

  std::unique_ptr<impl> impl_;
};

} // namespace hearth
