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

// What a host writes, under one name.
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

struct put_options {
  namespace_id name_space = 0;                        ///< from `cache::name_space`; 0 is "default"
  std::optional<block_key> parent{};                  ///< the block before it in its chain; none: head of a chain
  std::optional<std::chrono::milliseconds> timeout{}; ///< none: request_timeout
};

struct get_options {
  namespace_id name_space = 0;
  std::uint64_t bytes_max = 0; ///< most bytes to hand out, but one block at least; 0: lease_bytes_max
  std::optional<std::chrono::milliseconds> timeout{};
};

/// The longest leading run of present blocks of a chain. `blocks[i]` belongs to `keys[i]`; there are no holes.
struct prefix {
  std::vector<buffer> blocks;
  bool truncated = false; ///< shortened at bytes_max or for want of read budget or memory: more of the chain may be
                          ///< present, ask again from there
};

struct flush_report {
  amount written; ///< persisted while flushing
  /// Still dirty or pending; orphans stay dirty until their parents are put; after a close: given up.
  amount left;
  bool synced = false; ///< what is written survives a power cut; false without a cold tier, or if time was up before
};

using close_report = flush_report;

/// A two-tier cache for large immutable blocks, inside the caller's process.
/// Threads: every function may be called from any thread. Blocking forms wait at most their timeout (a day, if that is
/// longer) and then answer `timeout`: what was asked may still be done. Asynchronous forms call `done`, unless it is
/// empty, exactly once: on a thread of the actor system, or on the caller's before the call returns if the answer is
/// known at once. There it must neither block, nor close or destroy the cache; what it throws ends in the log. A
/// moved-from cache may be assigned to or destroyed. Errors of every call: closed, overloaded (nothing changed, try
/// again later), timeout, invalid_argument (a namespace number that was never given).
class cache {
public:
  /// Opens a cache on an actor system of its own (or on the caller's, which must outlive it).
  /// Errors: invalid_argument (options), not_found (directory), busy (another cache has it, in this process or
  /// another), unsupported, io.
  [[nodiscard]] static result<cache> open(cache_options options);
  [[nodiscard]] static result<cache> open(caf::actor_system& system, cache_options options);

  cache(cache&&) noexcept;
  cache& operator=(cache&&) noexcept;
  ~cache(); ///< closes with `close_timeout` if it is still open

  /// The number of a namespace (a model with its compatibility signature), given now if it is new. Name what you use
  /// as soon as the cache is open: of the blocks found on disk, those of namespaces that nobody has named make room
  /// before all others. "default", number 0, counts as named. Errors: invalid_argument, overloaded (namespaces_max).
  [[nodiscard]] result<namespace_id> name_space(std::string_view name);

  /// Keeps `payload` under `key`; shared, never copied. Returns once it can be read back, not once it is on disk. A
  /// block that is there with this length is `refreshed`: it counts as used, and its bytes stay those of the put that
  /// made it. Errors: too_large, conflict, invalid_argument (empty payload), overloaded (also: given up as late_full),
  /// orphan (only without a hot tier: the parent is in no tier).
  result<put_outcome> put(const block_key& key, buffer payload, const put_options& options = {});

  /// As above, for a payload that costs something to make: `producer` is called, on this thread, only if there is room
  /// for `bytes` now. Errors: as above, too_large before it is called; overloaded with `preflight_full` in its context
  /// if it was not called; whatever it answered; invalid_argument if it made another length.
  using producer = std::function<result<buffer>()>;
  result<put_outcome> put(const block_key& key, std::uint64_t bytes, const producer& produce,
                          const put_options& options = {});

  /// Puts a whole chain, head first, in one message (or as few as hot_cache's mailbox takes the bytes in):
  /// `payloads[i]` under `keys[i]`, whose parent is `keys[i - 1]`, and `options.parent` that of the first. Nothing is
  /// copied. Of what is kept, tails leave before heads. Returns what became of each, with the errors of `put`. Errors:
  /// overloaded (nothing changed), invalid_argument (more or fewer payloads than keys).
  result<std::vector<result<put_outcome>>> put_many(std::span<const block_key> keys, std::vector<buffer> payloads,
                                                    const put_options& options = {});

  /// The block's bytes. If it is hot they come without a message, in about the time of a lookup in a hash map.
  /// Errors: not_found; no_memory (it is in the cold tier, and there it stays).
  [[nodiscard]] result<buffer> get(const block_key& key, const get_options& options = {});

  /// The longest leading run of `keys` that is present, in one message; without any if all of `keys` are hot. Errors:
  /// no_memory (the first is in the cold tier).
  [[nodiscard]] result<prefix> get_prefix(std::span<const block_key> keys, const get_options& options = {});

  /// Whether each key is in some tier now. Counts neither as use nor as hit.
  [[nodiscard]] result<std::vector<bool>> contains(std::span<const block_key> keys, const get_options& options = {});
  [[nodiscard]] result<bool> contains(const block_key& key, const get_options& options = {});

  /// Takes the block out of every tier. Returns whether it was there. After: gets miss. Durable after the next flush.
  result<bool> erase(const block_key& key, const get_options& options = {});

  /// Takes every block of a namespace (none: of the cache) out. Returns how many there were.
  result<std::uint64_t> clear(std::optional<namespace_id> name_space = {});

  /// Changes the limits of the tiers, at once; what is not given stays. Lasts until the close. Above a lower hot limit
  /// blocks leave as in any eviction: dirty ones are offered to the writer, and given up as evict_full once its mailbox
  /// is full; flush before to keep them all. Buffers that were handed out stay valid. Above a lower cold limit nothing
  /// is added; room is given back as soon as the disk does it. An automatic lease_bytes_max follows the hot limit;
  /// mailboxes, writer_queue_bytes among them, and segment_bytes stay as opened.
  /// Errors: invalid_argument (hot 0 or any cold limit without a cold tier; too little for the cold tier's own files
  /// and one segment; beyond tier_bytes_limit): nothing has changed.
  result<void> limit(const tier_limits& limits);

  /// Writes every dirty block, with back-pressure instead of drops, and syncs. Returns at the deadline with what is
  /// left. Errors: io (the sync failed: what was written may not survive a power cut).
  result<flush_report> flush(std::optional<std::chrono::milliseconds> deadline = {});

  /// The counters and gauges of one namespace, or of the whole cache. Includes everything that was answered before.
  /// Also after `close`. Errors: not_found (no such namespace).
  [[nodiscard]] result<snapshot> stats(std::string_view name_space = "*");

  /// Sets counters to zero; gauges stay; the ledger starts with offered = pending.
  result<void> reset_stats();

  /// Flushes, then refuses everything but `stats` and `reset_stats`. What is not written when the deadline passes is
  /// dropped as `closing` and reported. Returns at the deadline even if the disk hangs. A second call answers closed.
  /// The directory belongs to this cache until it is destroyed.
  /// Errors: as flush.
  result<close_report> close(std::optional<std::chrono::milliseconds> deadline = {});

  // Asynchronous forms: `done` gets what the blocking form returns.
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

  /// The actors behind this cache, for hosts that are actors themselves; include actors/host/actors.hpp to use them.
  [[nodiscard]] const actor_handles& actors() const noexcept;

  class impl;

private:
  explicit cache(std::unique_ptr<impl> state);

  std::unique_ptr<impl> impl_;
};

} // namespace hearth
