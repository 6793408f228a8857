#pragma once

#include "messages/gate.hpp"
#include "messages/limits.hpp"
#include "messages/put_outcome.hpp"
#include "stats/snapshot.hpp"
#include "storage/blocks/block.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What host apps (through the facade, or as actors) say to hot_cache and stats, and what they hear back.
// A request with a `slot` is bounded: it takes room in the receiver's mailbox until it has been answered. The sender
// leaves `slot` empty; the mailbox fills it in, or answers `overloaded` at once.
namespace hearth::messages {

/// `time` within 0 and a day, the longest that anybody waits: what is added to a moment must not overflow.
template <class Duration>
[[nodiscard]] constexpr Duration bounded_time(Duration time) {
  return std::clamp<Duration>(time, Duration{0}, std::chrono::hours{24});
}

/// host -> hot_cache. Keep `item`.
/// Reply: put_reply, once the block can be read back (not: once it is on disk).
/// Errors: overloaded (nothing changed, or given up as late_full), too_large, conflict, orphan, invalid_argument,
/// closed.
struct put_request {
  storage::block item;
  permit slot{};
};
struct put_reply {
  put_outcome outcome = put_outcome::stored;
};

/// host -> hot_cache. Keep the blocks of one chain, head first.
/// Reply: put_many_reply, once all that was kept can be read back. Errors: overloaded (nothing changed), too_large (for
/// one message), closed, invalid_argument (the namespace).
struct put_many_request {
  storage::namespace_id name_space = 0;
  std::vector<storage::block> chain; ///< all in `name_space`
  permit slot{};
};
struct put_many_reply {
  std::vector<storage::result<put_outcome>> outcomes; ///< of each block, with the errors of put_request
};

/// host -> hot_cache. The longest leading run of `keys` that is present, at most `bytes_max` bytes (0:
/// lease_bytes_max). Reply: get_prefix_reply, when every block of the run is in memory and verified. Errors:
/// overloaded, timeout (a cold read took longer than `timeout`), no_memory (the first block is in the cold tier, and
/// there it stays), closed.
struct get_prefix_request {
  storage::namespace_id name_space = 0;
  std::vector<storage::block_key> keys;
  std::uint64_t bytes_max = 0;
  std::chrono::nanoseconds timeout{0}; ///< 0: request_timeout
  permit slot{};
};
struct get_prefix_reply {
  std::vector<storage::buffer> blocks; ///< blocks[i] belongs to keys[i]
  bool truncated = false;              ///< shortened by a byte limit or for want of read budget or memory: ask on
};

/// host -> hot_cache. Whether each key is in some tier. Counts neither as use nor as hit.
/// Reply: contains_reply. Errors: overloaded, closed.
struct contains_request {
  storage::namespace_id name_space = 0;
  std::vector<storage::block_key> keys;
  permit slot{};
};
struct contains_reply {
  std::vector<bool> present; ///< one for each key
};

/// host -> hot_cache. Take `key` out of every tier. Reply: erase_reply; from then on gets miss.
/// Durable after the next flush. Errors: overloaded, closed.
struct erase_request {
  storage::namespace_id name_space = 0;
  storage::block_key key;
  permit slot{};
};
struct erase_reply {
  bool erased = false; ///< whether it was there
};

/// host -> hot_cache. Take every block of `name_space` (none: of all) out of every tier. Reply: clear_reply.
/// Errors: overloaded, closed.
struct clear_request {
  std::optional<storage::namespace_id> name_space{};
  permit slot{};
};
struct clear_reply {
  std::uint64_t blocks = 0; ///< how many there were
};

/// host -> hot_cache. Change the limits of the tiers; blocks above a lower hot limit leave as in any eviction.
/// Reply: limit_reply, when the new limits hold and the hot tier is within its own; the disk gives back what is above a
/// lower cold limit as soon as it can. Errors: invalid_argument (nothing changed), overloaded, closed.
struct limit_request {
  tier_limits limits;
  permit slot{};
};
struct limit_reply {};

/// host -> hot_cache. Write every block that is dirty now, with back-pressure instead of drops, then sync.
/// Reply: flush_reply, at the latest when `deadline` has passed. Errors: io (the sync failed), overloaded, closed.
struct flush_request {
  std::chrono::nanoseconds deadline{0};
  permit slot{};
};
struct flush_reply {
  stats::amount written; ///< persisted meanwhile
  stats::amount left;    ///< still dirty or pending
  bool synced = false;   ///< what is written survives a power cut
};

/// host -> hot_cache, always passes. Flush, then refuse everything. What is not written when `deadline` has passed is
/// dropped as `closing`. Reply: close_reply, at the latest then. Errors: io (the sync failed), closed (by an earlier
/// one).
struct close_request {
  std::chrono::nanoseconds deadline{0};
};
struct close_reply {
  stats::amount written;
  stats::amount left;  ///< what was given up
  bool synced = false; ///< what is written survives a power cut
};

/// host -> stats. The counters and gauges of one namespace, or of the whole cache ("*").
/// Reply: snapshot_reply; includes everything that was answered before. Errors: not_found, overloaded, closed.
struct snapshot_request {
  std::string name_space = "*";
  permit slot{};
};
struct snapshot_reply {
  stats::snapshot item;
};

/// host -> stats. Counters to zero; gauges stay; the ledger starts with offered = pending. Reply: reset_reply.
/// Errors: overloaded, closed.
struct reset_request {
  permit slot{};
};
struct reset_reply {};

} // namespace hearth::messages
