#pragma once

#include "tests/bench/numbered_blocks.hpp"
#include "tests/bench/workload.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <vector>

namespace hearth::bench {

/// `population`: number of blocks the workload draws from. `blocks_a_call`: blocks per get or put call of `what`.
[[nodiscard]] std::uint64_t population(const workload_plan& plan);
[[nodiscard]] std::uint64_t blocks_a_call(const workload_plan& plan, workload what);
[[nodiscard]] stamps stamps_of(const workload_plan& plan);

/// Gets `sample_of(blocks)` of the first `blocks` blocks and checks every page. Returns how many were found. Errors:
/// those of the peer; corrupt.
[[nodiscard]] storage::result<std::size_t> check_sample(peer& at, const workload_plan& plan, std::uint64_t blocks);
[[nodiscard]] std::uint64_t sample_of(std::uint64_t blocks);

/// State shared by all threads of a measurement.
struct shared_run {
  peer& at;
  const workload_plan& plan;
  std::vector<std::uint64_t> firsts{};                   ///< cold reads: the first block of each call, in order
  std::atomic<std::size_t> next_read{0};                 ///< position in `firsts`
  std::atomic<std::uint64_t> next_new{0};                ///< number of the next new block
  std::atomic<std::uint64_t> new_max{~std::uint64_t{0}}; ///< new blocks have numbers below this
  std::atomic<bool> over{false};
  std::atomic<unsigned> running{0}; ///< threads
  std::atomic<std::uint64_t> unsynced_bytes{0};
  std::mutex settling{};

  /// Calls `settle` after every `sync_bytes` put. A thread that reaches this number during a `settle` waits for it.
  /// Errors: those of the peer.
  [[nodiscard]] storage::result<void> note_put(std::uint64_t bytes);
};

/// One worker thread. Threads: `work` runs on it; its figures are read after it has ended.
class worker {
public:
  /// `what`: the plan's workload, or cold_put for the writer of `beside`. Pre: `run` outlives the worker.
  worker(shared_run& run, unsigned thread, workload what);

  /// Works until the run is over or this thread's part is done. Takes at least one step: on a busy machine the run may
  /// be over before this thread starts.
  void work();

  storage::result<void> outcome;
  std::uint64_t moved = 0;    ///< blocks got or put
  std::uint64_t answered = 0; ///< `moved`, plus blocks requested and not found
  std::uint64_t asked = 0;
  std::uint64_t found = 0;
  std::uint64_t offered = 0; ///< blocks put, stored or not
  std::uint64_t refused = 0; ///< blocks of `offered` that were dropped at once
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
  std::uint64_t length_; ///< blocks per call
  std::mt19937_64 random_;
  std::vector<storage::block_key> keys_;
  std::vector<storage::block> chain_;
  std::chrono::steady_clock::time_point due_;
  bool times_ = false; ///< whether this call is timed
  bool done_ = false;
  std::uint64_t wrong_ = 0;
};

} // namespace hearth::bench
