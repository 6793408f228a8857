#pragma once

#include "tests/bench/arguments.hpp"
#include "tests/bench/contenders.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace hearth::bench {

/// What was measured, by name. The unit is the end of the name; `_share` is of 1.
using figures = std::map<std::string, double>;

/// What happens in the cells of one block size.
struct cell_plan {
  std::uint64_t block_bytes = 0;
  std::uint64_t capacity_bytes = 0;
  std::uint64_t put_bytes = 0;
  std::uint64_t sync_bytes = 0;
  unsigned write_depth = 1;
  unsigned read_depth = 1;
  bool thorough = true; ///< else only whether everything works: not all caches are dropped, latency takes one round

  [[nodiscard]] std::uint64_t blocks_of(std::uint64_t bytes) const { return bytes / block_bytes; }
};

/// The plan for blocks of `block_bytes`: at least four of them fit in and are put, however large; and no more than
/// 256 MiB of them are in flight.
[[nodiscard]] cell_plan plan_for(const bench_settings& settings, std::uint64_t block_bytes);

/// One contender at one block size, being measured.
struct cell {
  contender& store;
  stage where;
  cell_plan plan;
  std::mt19937_64 random; ///< of this cell and repetition
  std::uint64_t next = 0; ///< number of the next block to put
  figures found;          ///< so far
};

/// Puts `bytes` and syncs after every `sync_bytes`. Errors: the store's; closed, if a signal came.
[[nodiscard]] storage::result<void> put_synced(cell& at, std::uint64_t bytes);

/// After: nothing of what the store holds is in memory, as far as one can tell it to. Errors: the store's.
[[nodiscard]] storage::result<void> cool(cell& at);

/// `numbers` in an order of this cell's. The same seed gives the same order with every standard library.
void shuffle(std::vector<std::uint64_t>& numbers, std::mt19937_64& random);

/// closed, if a signal has come: the program removes what it made, and ends.
[[nodiscard]] storage::result<void> check_interruption();

// The measurements, in this order; each leaves its figures in `at.found`. Errors: the store's; closed.
[[nodiscard]] storage::result<void> measure_put(cell& at);
[[nodiscard]] storage::result<void> check_bytes(cell& at); ///< unmeasured: reads a sample back; corrupt if it differs
[[nodiscard]] storage::result<void> measure_reads(cell& at);
[[nodiscard]] storage::result<void> measure_latency(cell& at);

} // namespace hearth::bench
