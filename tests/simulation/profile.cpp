#include "tests/simulation/profile.hpp"

namespace hearth::simulation {

namespace {

constexpr std::uint64_t kib = 1024;
using std::chrono::milliseconds;

} // namespace

void change_modes(profile& of, chance& draws) {
  auto& options = of.options;
  options.policy = draws.one_in(3) ? write_policy::through : write_policy::back;
  options.hot_bytes_max = draws.one_in(8) ? 0 : draws.between(80, 400) * kib;
  options.writer_queue_blocks = static_cast<std::uint32_t>(draws.between(1, 12));
  options.writer_queue_bytes = draws.between(80, 400) * kib;
  options.advanced.hot_cache_mailbox = static_cast<std::uint32_t>(draws.between(2, 64));
  options.advanced.reader_queue_blocks = static_cast<std::uint32_t>(draws.between(1, 32));
  options.advanced.writes_in_flight = static_cast<std::uint32_t>(draws.between(1, 8));
  options.promote_cold_hits = !draws.one_in(3);
  options.cut_chains = !draws.one_in(4);
  options.idle_clean = milliseconds{draws.one_in(3) ? 0 : 200};
  options.sync_every = milliseconds{draws.one_in(3) ? 0 : 1'000};
  options.sync_bytes = draws.one_in(2) ? 128 * kib : 128ull << 20;
  options.reclaim = draws.one_in(2) ? storage::reclaim_order::fifo : storage::reclaim_order::least_useful;
  options.eviction = static_cast<storage::eviction_order>(draws.below(4));
  options.advanced.reappend_percent = draws.one_in(3) ? 0 : 25;
  options.write_bytes_per_second = draws.one_in(10) ? 2'000 * kib : 0;
}

profile draw_profile(chance draws) {
  profile drawn;
  drawn.roomy = !draws.one_in(3);
  drawn.damage = !drawn.roomy && draws.one_in(2);
  drawn.full_disk = !drawn.roomy && draws.one_in(2);
  drawn.write_faults = draws.one_in(2);
  drawn.deaths = draws.one_in(2);
  drawn.crashes = !draws.one_in(4);
  drawn.resets = draws.one_in(4);
  drawn.slow_one_in = draws.one_in(2) ? 100 : 0;
  drawn.vanishing = draws.one_in(3);
  drawn.blocks = static_cast<unsigned>(draws.between(8, 48));
  auto& options = drawn.options;
  options.directory = "/cache";
  options.advanced.segment_bytes = draws.between(20, 64) * 4 * kib;
  options.cold_bytes_max = drawn.roomy ? 64'000 * kib : draws.between(600, 3'000) * kib;
  options.block_bytes_max = 100 * kib;
  options.advanced.stats_mailbox = 16;
  options.request_timeout = milliseconds{5'000};
  options.close_timeout = milliseconds{2'000};
  change_modes(drawn, draws);
  return drawn;
}

} // namespace hearth::simulation
