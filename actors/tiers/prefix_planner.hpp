#pragma once

#include "actors/tiers/cold_reads.hpp"
#include "actors/tiers/limits_now.hpp"
#include "actors/tiers/prefix_reads.hpp"
#include "actors/tiers/tiers.hpp"
#include "messages/gate.hpp"
#include "messages/host_messages.hpp"
#include "stats/tally.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace hearth::actors {

/// Plan of a get: the run of the chain that is present, and the cold blocks to read for it.
struct prefix_plan {
  found_prefix found;
  std::size_t open = 0;                  ///< blocks of the run that wait for a read
  std::vector<storage::block_key> reads; ///< keys of the reads that are not in flight yet
  std::uint64_t batch = 0;               ///< number of the batch with `reads`
  std::uint64_t read_bytes = 0;          ///< payload bytes of `reads`
  messages::permit read_slot;            ///< room for `reads` in the reader's mailbox
  bool marked_dirty = false;             ///< a hot block has become worth writing
};

/// Plans gets: walks a chain through the tiers without I/O, reserves room for the cold reads it needs, counts the hits
/// by tier, and touches the requested blocks for eviction. Sends neither requests nor answers: the caller does.
/// Threads: one owner, the same as of `kept` and `reads`, which outlive it.
class prefix_planner {
public:
  /// `reader_gate` bounds the reader's mailbox; null if there is no cold tier.
  prefix_planner(tiers& kept, cold_reads& reads, std::shared_ptr<const limits_now> limits,
                 std::shared_ptr<stats::tally> tally, std::shared_ptr<messages::gate> reader_gate);

  /// The longest run of `x.keys` that is present and within the byte limit. Get `number` waits for the reads it needs.
  /// If the reader is dead or full, the run is truncated before the first read that is not in flight. Keys from
  /// the truncation on count neither as hits nor as misses; a cold block of the run counts when its read ends.
  [[nodiscard]] prefix_plan plan(const messages::get_prefix_request& x, std::uint64_t number, bool reader_up);

  /// Another thread has read these hot blocks without a request. Returns whether one of them has become worth writing.
  bool used(std::span<const storage::block_key> chain);

private:
  [[nodiscard]] std::uint64_t add_hot_run(const messages::get_prefix_request& x, std::uint64_t bytes_max,
                                          prefix_plan& plan, std::vector<storage::block_slot>& hot) const;
  bool add_cold_read(prefix_plan& plan, const cold_read& read, std::uint64_t bytes, const read_waiter& who,
                     bool reader_up);
  bool touch(std::span<const storage::block_slot> chain);

  tiers& kept_;
  cold_reads& reads_;
  std::shared_ptr<const limits_now> limits_;
  std::shared_ptr<stats::tally> tally_;
  std::shared_ptr<messages::gate> reader_gate_;
};

} // namespace hearth::actors
