#pragma once

#include "tests/bench/numbered_blocks.hpp"
#include "tests/bench/workload.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <vector>

namespace hearth::bench {

/// Blocks that the workload draws from, and those that one call of `what` gets or puts.
[[nodiscard]] std::uint64_t population(const workload_plan& plan);
[[nodiscard]] std::uint64_t blocks_a_call(const workload_plan& plan, workload what);
[[nodiscard]] stamps stamps_of(const workload_plan& plan);

/// Gets some of the first `blocks` blocks, `sample_of(blocks)` of them, and looks at every page. Returns how many came.
/// Errors: the peer's; corrupt.
[[nodiscard]] storage::result<std::size_t> check_sample(peer& at, const workload_plan& plan, std::uint64_t blocks);
[[nodiscard]] std::uint64_t sample_of(std::uint64_t blocks);

/// What all threads of a measurement share.
struct shared_run {
  peer& at;
  const workload_plan& plan;
  std::vector<std::uint64_t> firsts{};    ///< of what is read cold: the first block of each call, in order
  std::atomic<std::size_t> next_read{0};  ///< in `firsts`
  std::atomic<std::uint64_t> next_new{0}; ///< number of the next new block
  std::atomic<std::uint64_t> new_max{~std::uint64_t{0}}; ///< no new block from this number on
  std::atomic<bool> over{false};
  std::atomic<unsigned> running{0}; ///< threads
  std::atomic<std::uint64_t> unsynced_bytes{0};
  std::mutex settling{};

  /// Settles after every `sync_bytes`; who comes meanwhile and has put as much again waits. Errors: the peer's.
  [[nodiscard]] storage::result<void> note_put(std::uint64_t bytes);
};

/// One thread at work. Threads: `work` runs on it; the figures are read once it has ended.
class worker {
public:
  /// Works as `what`: the plan's workload, or cold_put for the writer of `beside`. Pre: `run` outlives it.
  worker(shared_run& run, unsigned thread, workload what);

  /// Until the run is over, or its part of it is done.
  void work();

  storage::result<void> outcome;
  std::uint64_t moved = 0;    ///< blocks got or put
  std::uint64_t answered = 0; ///< these, and those that were asked for in vain
  std::uint64_t asked = 0;
  std::uint64_t found = 0;
  std::uint64_t offered = 0; ///< blocks put, kept or not
  std::uint64_t refused = 0; ///< of these, given up at once
  std::vector<float> call_us;

private:
  void step();
  void converse();
  std::uint64_t get(std::uint64_t first, std::uint64_t length);
  void look(std::uint64_t number);
  void put(std::uint64_t first, std::uint64_t length, std::optional<std::uint64_t> parent = {});
  void put_new();
  void name(std::uint64_t first, std::uint64_t length);
  template <class Call>
  auto timed(Call call);

  shared_run& run_;
  unsigned thread_;
  workload what_;
  std::uint64_t blocks_;
  std::uint64_t length_; ///< of a call, in blocks
  std::mt19937_64 random_;
  std::vector<storage::block_key> keys_;
  std::vector<storage::block> chain_;
  std::chrono::steady_clock::time_point due_;
  bool times_ = false; ///< this call
  bool done_ = false;
  std::uint64_t wrong_ = 0;
};

} // namespace hearth::bench
