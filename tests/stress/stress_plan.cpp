#include "tests/stress/stress_plan.hpp"

#include "tests/stress/stress_blocks.hpp"

#include <algorithm>

namespace hearth::stress {

namespace {

constexpr std::uint64_t mib = 1 << 20;
constexpr std::uint64_t operations_of_a_lap = 40'000; ///< at most
using std::chrono::milliseconds;

/// Timeout of calls, so long that reaching it is a violation; only the deadline of a flush ever passes.
constexpr milliseconds patience{120'000};

cache_options draw_options(const run_plan& run, chance& draws) {
  cache_options options;
  options.advanced.segment_bytes = mib / 2;
  options.cold_bytes_max = run.roomy ? 64 * mib : 8 * mib;
  options.policy = draws.one_in(3) ? write_policy::through : write_policy::back;
  options.hot_bytes_max = draws.one_in(8) ? 0 : draws.between(mib / 2, hot_bytes_most);
  options.writer_queue_blocks = static_cast<std::uint32_t>(draws.between(2, 32));
  options.writer_queue_bytes = draws.between(block_bytes_most, 2 * mib);
  options.advanced.hot_cache_mailbox = static_cast<std::uint32_t>(draws.between(6, 64));
  options.advanced.stats_mailbox = static_cast<std::uint32_t>(draws.between(2, 8));
  options.advanced.reader_queue_blocks = static_cast<std::uint32_t>(draws.between(4, 64));
  options.advanced.writes_in_flight = static_cast<std::uint32_t>(draws.between(1, 16));
  options.advanced.io = draws.one_in(2) ? disk_io::threads : disk_io::automatic;
  options.block_bytes_max = block_bytes_most;
  options.promote_cold_hits = !draws.one_in(3);
  options.cut_chains = !draws.one_in(3);
  options.idle_clean = milliseconds{draws.one_in(3) ? 0 : draws.between(1, 50)};
  options.sync_every = milliseconds{draws.one_in(3) ? 0 : draws.between(5, 200)};
  options.sync_bytes = draws.one_in(2) ? mib / 2 : 128 * mib;
  options.reclaim = draws.one_in(2) ? storage::reclaim_order::fifo : storage::reclaim_order::least_useful;
  options.advanced.reappend_percent = draws.one_in(3) ? 0 : 25;
  options.request_timeout = patience;
  options.close_timeout = patience;
  return options;
}

} // namespace

lap_plan draw_lap(const run_plan& run, chance draws, std::uint64_t operations) {
  lap_plan plan;
  plan.options = draw_options(run, draws);
  plan.operations = std::min({operations, operations_of_a_lap, draws.between(4'000, operations_of_a_lap)});
  plan.cold_most = plan.options.cold_bytes_max;
  plan.roomy = run.roomy;
  plan.resets = draws.one_in(4);
  plan.deaths = draws.one_in(2);
  const auto end = draws.below(6);
  plan.end = end < 4 ? lap_end::quiet : end == 4 ? lap_end::closed_under_fire : lap_end::death;
  const auto of_first_host = std::max<std::uint64_t>(plan.operations / run.hosts, 1);
  plan.end_at = plan.end == lap_end::quiet ? ~std::uint64_t{0} : draws.below(of_first_host);
  return plan;
}

} // namespace hearth::stress
