#pragma once

#include "actors/tiers/dirty_range.hpp"
#include "stats/ledger.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace hearth::actors {

/// The blocks of a cache that are not written yet, as `flushes` sees them.
class unwritten_blocks {
public:
  virtual ~unwritten_blocks() = default;

  /// All dirty blocks.
  [[nodiscard]] virtual dirty_range dirty() const = 0;

  /// Offers blocks from the front of `rest`, as many as the writer takes, and removes them from it.
  virtual void offer_from(dirty_range& rest) = 0;

  /// False: some are to be written, and the cold tier's directory is gone.
  [[nodiscard]] virtual bool writable() const = 0;

  /// Number of the newest write.
  [[nodiscard]] virtual std::uint64_t last_sequence() const = 0;

  /// Whether a write with this or a smaller number is pending.
  [[nodiscard]] virtual bool any_pending_until(std::uint64_t sequence) const = 0;

  /// Whether any write is.
  [[nodiscard]] virtual bool any_pending() const = 0;
};

/// Flushes and closes in flight: what each has still to offer, which writes it waits for, when it tries again and when
/// its time is up. A flush offers all blocks that were dirty when it began, as fast as the writer takes them, waits for
/// their writes, and is then ready to sync. Answers nobody itself: the caller has the requests, by number.
/// Threads: one owner.
class flushes {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// A flush that is over.
  struct ended_flush {
    bool closing = false;           ///< it was a close
    stats::amount persisted_before; ///< by the cache, when the flush began
  };

  /// What `advance` found.
  struct progress {
    std::vector<std::uint64_t> ready;      ///< all their blocks are written: sync, then `take`. They count as syncing
    std::optional<time_point> ask_again{}; ///< when to call `advance` again, if nothing else happens before
  };

  /// Begins flush `number`, a new number: of what is dirty and pending in `blocks` now.
  void begin(std::uint64_t number, const unwritten_blocks& blocks, const ended_flush& kind, time_point deadline);

  /// Offers what the writer takes, for each flush in the order of numbers.
  [[nodiscard]] progress advance(unwritten_blocks& blocks, time_point now);

  /// Blocks that had been offered are dirty again: every flush that does not sync yet lists them once more at `due`.
  void retry_at(time_point due);

  /// The sync of flush `number` went away with the directory: it is done again. Returns whether the flush still waits.
  bool sync_again(std::uint64_t number);

  /// Takes flush `number` out. Nothing: its time was up.
  [[nodiscard]] std::optional<ended_flush> take(std::uint64_t number);

  /// The flushes whose deadline has passed at `now`.
  [[nodiscard]] std::vector<std::uint64_t> late(time_point now) const;

  /// The earliest deadline behind `now`. Nothing: there is none.
  [[nodiscard]] std::optional<time_point> next_deadline(time_point now) const;

private:
  struct flush {
    ended_flush kind;
    dirty_range rest;                ///< still to be offered
    std::uint64_t last_sequence = 0; ///< writes up to here are waited for
    time_point deadline;
    std::optional<time_point> retry_at{}; ///< a write has failed since the dirty blocks were listed: list them again
    bool syncing = false;
  };

  std::map<std::uint64_t, flush> flushes_;
};

} // namespace hearth::actors
