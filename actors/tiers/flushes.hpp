#pragma once

#include "actors/tiers/dirty_range.hpp"
#include "stats/ledger.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace hearth::actors {

/// Unwritten blocks of a cache, as `flushes` sees them.
class unwritten_blocks {
public:
  virtual ~unwritten_blocks() = default;

  /// All dirty blocks.
  [[nodiscard]] virtual dirty_range dirty() const = 0;

  /// Offers blocks from the front of `rest`, as many as the writer takes, and removes them from `rest`.
  virtual void offer_from(dirty_range& rest) = 0;

  /// False: there are unwritten blocks, and the cold tier's directory is gone.
  [[nodiscard]] virtual bool writable() const = 0;

  /// Sequence number of the newest write.
  [[nodiscard]] virtual std::uint64_t last_sequence() const = 0;

  /// Whether a write with this or a smaller sequence number is pending.
  [[nodiscard]] virtual bool any_pending_until(std::uint64_t sequence) const = 0;

  /// Whether any write is pending.
  [[nodiscard]] virtual bool any_pending() const = 0;
};

/// Flushes and closes in flight: for each, the blocks still to offer, the writes it waits for, the time of its next
/// retry, and its deadline. A flush offers all blocks that were dirty when it began, as fast as the writer takes them,
/// waits for their writes, and is then ready to sync. Sends no answers: the caller keeps the requests, by number.
/// Threads: one owner.
class flushes {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Flush that has ended.
  struct ended_flush {
    bool closing = false;           ///< the request was a close
    stats::amount persisted_before; ///< by the cache, when the flush began
  };

  /// Result of `advance`.
  struct progress {
    /// Flushes whose blocks are all written: sync, then `take` them. They count as syncing.
    std::vector<std::uint64_t> ready;
    std::optional<time_point> ask_again{}; ///< when to call `advance` again, if nothing happens before
  };

  /// Begins flush `number` of the blocks that are dirty or pending now. Pre: the number is new.
  void begin(std::uint64_t number, const unwritten_blocks& blocks, const ended_flush& kind, time_point deadline);

  /// Offers blocks for each flush, by number, as many as the writer takes.
  [[nodiscard]] progress advance(unwritten_blocks& blocks, time_point now);

  /// Blocks that were offered are dirty again: every flush that is not syncing lists the dirty blocks again at `due`.
  void retry_at(time_point due);

  /// The sync of flush `number` failed because the directory went away: the flush must sync again. Returns whether the
  /// flush still waits.
  bool sync_again(std::uint64_t number);

  /// Removes flush `number` and returns it. Not set: it ended before, at its deadline.
  [[nodiscard]] std::optional<ended_flush> take(std::uint64_t number);

  /// Flushes whose deadline has passed at `now`.
  [[nodiscard]] std::vector<std::uint64_t> late(time_point now) const;

  /// The earliest deadline after `now`, if there is one.
  [[nodiscard]] std::optional<time_point> next_deadline(time_point now) const;

private:
  struct flush {
    ended_flush kind;
    dirty_range rest;                ///< still to be offered
    std::uint64_t last_sequence = 0; ///< waits for writes up to this number
    time_point deadline;
    std::optional<time_point> retry_at{}; ///< when to list the dirty blocks again; set after a failed write
    bool syncing = false;
  };

  std::map<std::uint64_t, flush> flushes_;
};

} // namespace hearth::actors
