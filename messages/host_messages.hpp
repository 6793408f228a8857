#pragma once

#include "messages/gate.hpp"
#include "messages/limits.hpp"
#include "messages/put_outcome.hpp"
#include "stats/history.hpp"
#include "stats/snapshot.hpp"
#include "storage/blocks/block.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Requests from hosts to hot_cache and stats, and their replies. `cache` sends them; a host that is an actor sends them
// itself. A request with a `slot` is bounded: it holds room in the receiver's mailbox until it is answered. The sender
// leaves `slot` empty; the mailbox fills it in, or replies at once with `overloaded`, or with `too_large` if the
// request can never fit.
namespace hearth::messages {

/// `time`, clamped to 0..24 h. A longer wait is not possible, so a deadline cannot overflow.
template <class Duration>
[[nodiscard]] constexpr Duration bounded_time(Duration time) {
  return std::clamp<Duration>(time, Duration{0}, std::chrono::hours{24});
}

/// host -> hot_cache. Store the block `item`.
/// Reply: put_reply, when the block can be read back, which is before it is on disk.
/// Errors: overloaded (the block was not stored: the mailbox is full, or the block is larger than the hot limit and was
/// dropped as late_full or over_budget, failed as writer_died, or the cold tier's directory is gone), too_large,
/// conflict, orphan, invalid_argument, closed.
struct put_request {
  storage::block item;
  permit slot{};
};
struct put_reply {
  put_outcome outcome = put_outcome::stored;
};

/// host -> hot_cache. Store the blocks of one chain, head first.
/// Reply: put_many_reply, when all stored blocks can be read back.
/// Errors: overloaded (nothing changed), too_large (for one message), closed, invalid_argument (the namespace).
struct put_many_request {
  storage::namespace_id name_space = 0;
  std::vector<storage::block> chain; ///< all in `name_space`
  permit slot{};
};
struct put_many_reply {
  std::vector<storage::result<put_outcome>> outcomes; ///< one per block, with the errors of put_request
};

/// host -> hot_cache. Get the longest prefix of `keys` that is present, at most `bytes_max` bytes (0: lease_bytes_max).
/// Reply: get_prefix_reply, when every block of the prefix is in memory and verified.
/// Errors: overloaded, timeout (a cold read took longer than `timeout`), no_memory (to read the first block from the
/// cold tier, where it stays), invalid_argument (the namespace), closed.
struct get_prefix_request {
  storage::namespace_id name_space = 0;
  std::vector<storage::block_key> keys;
  std::uint64_t bytes_max = 0;
  std::chrono::nanoseconds timeout{0}; ///< 0: request_timeout
  permit slot{};
};
struct get_prefix_reply {
  std::vector<storage::buffer> blocks; ///< blocks[i] belongs to keys[i]
  bool truncated = false; ///< shortened by the byte limit, the reader's mailbox or memory: request the rest
  bool cold = false;      ///< whether the reply waited for reads of the cold tier
};

/// host -> hot_cache. Check for each key whether its block is in a tier. Counts neither as use nor as hit.
/// Reply: contains_reply. Errors: overloaded, invalid_argument (the namespace), closed.
struct contains_request {
  storage::namespace_id name_space = 0;
  std::vector<storage::block_key> keys;
  permit slot{};
};
struct contains_reply {
  std::vector<bool> present; ///< one per key
};

/// host -> hot_cache. Remove `key` from every tier. Durable after the next flush.
/// Reply: erase_reply; later gets miss. Errors: overloaded, invalid_argument (the namespace), closed.
struct erase_request {
  storage::namespace_id name_space = 0;
  storage::block_key key;
  permit slot{};
};
struct erase_reply {
  bool erased = false; ///< whether the block was present
};

/// host -> hot_cache. Remove every block of `name_space` (not set: of all namespaces) from every tier, or from the tier
/// `only`. Hot only: a block stays that the cold tier neither has nor takes now; without a cold tier none stays. Cold
/// only: a hot block stays, dirty. Durable after the next flush.
/// Reply: clear_reply. Errors: overloaded, invalid_argument (the namespace; there is no cold tier to clear), closed.
struct clear_request {
  std::optional<storage::namespace_id> name_space{};
  std::optional<tier> only{}; ///< not set: both tiers
  permit slot{};
};
struct clear_reply {
  std::uint64_t removed = 0;   ///< blocks that left the tier, or both tiers; pending blocks count as cold
  std::uint64_t still_hot = 0; ///< hot only: blocks that stayed; cold only: those of `removed` that are hot
};

/// host -> hot_cache. Change the limits of the tiers. A lower hot limit evicts blocks as usual.
/// Reply: limit_reply, when the new limits hold and the hot tier is within its limit. The disk frees the bytes above
/// a lower cold limit as soon as it can. Errors: invalid_argument, io (the cold tier's directory is gone; nothing
/// changed), overloaded, closed.
struct limit_request {
  tier_limits limits;
  permit slot{};
};
struct limit_reply {};

/// host -> hot_cache. Write every block that is dirty now, then sync. While the writer's mailbox is full the flush
/// waits; it drops nothing.
/// Reply: flush_reply, at the latest at the deadline. Errors: io (the sync failed), overloaded, closed.
struct flush_request {
  std::chrono::nanoseconds deadline{0}; ///< from now
  permit slot{};
};
struct flush_reply {
  stats::amount written; ///< persisted while flushing
  stats::amount left;    ///< still dirty or pending
  bool synced = false;   ///< the written blocks survive a power cut
};

/// host -> hot_cache, always passes. Refuse every later request with `closed`, then flush. Drop blocks that are not
/// written at the deadline, as `closing`.
/// Reply: close_reply, at the latest at the deadline. Errors: io (the sync failed), closed (by an earlier request).
struct close_request {
  std::chrono::nanoseconds deadline{0}; ///< from now
};
struct close_reply {
  stats::amount written; ///< persisted while closing
  stats::amount left;    ///< dropped
  bool synced = false;   ///< the written blocks survive a power cut
};

/// host -> stats. Get the counters and gauges of one namespace, or of the whole cache ("*").
/// Reply: snapshot_reply; it includes every request that was answered before. Errors: not_found, overloaded, closed.
struct snapshot_request {
  std::string name_space = "*";
  permit slot{};
};
struct snapshot_reply {
  stats::snapshot item;
};

/// host -> stats. Get the history of the whole cache: the last hour in seconds, or the last day in minutes.
/// Reply: history_reply. Errors: overloaded, closed.
struct history_request {
  bool minutes = false;
  std::int64_t since_ms = 0; ///< leave out steps that ended by then, ms since the epoch
  permit slot{};
};
struct history_reply {
  stats::history item;
};

/// host -> stats. Reset all counters to zero. Gauges stay; the ledger starts with offered = pending.
/// Reply: reset_reply. Errors: overloaded, closed.
struct reset_request {
  permit slot{};
};
struct reset_reply {};

} // namespace hearth::messages
