#include "tests/crash/crash_plan.hpp"

namespace hearth::crash {

namespace {

constexpr std::uint64_t kibibyte = 1 << 10;
constexpr std::uint64_t mebibyte = 1 << 20;

/// Keeps the random streams of one seed independent of each other.
draws draws_for(std::uint64_t seed, std::uint64_t round, std::uint64_t purpose) {
  return draws{mix_bits(mix_bits(seed) + round) + purpose};
}

kill_plan plan_kill(draws& random, bool roomy) {
  using std::chrono::microseconds;
  if (!roomy && random.one_in(3))
    return {kill_moment::never, 0, {}}; // only after an end by itself does the ledger report all reclaimed blocks
  switch (random.below(14)) {
  case 0:
  case 1: return {kill_moment::opening, random.between(1, 8), microseconds{random.below(2'000)}};
  case 2:
  case 3:
  case 4: return {kill_moment::operations, random.between(1, 3'000), microseconds{random.below(500)}};
  case 5:
  case 6: return {kill_moment::flush, random.between(1, 12), microseconds{random.below(6'000)}};
  case 12:
  case 13: return {kill_moment::synced, random.between(1, 8), microseconds{random.below(200)}};
  case 7: return {kill_moment::close, 1, microseconds{random.below(8'000)}};
  case 8:
    return random.one_in(3) ? kill_plan{kill_moment::never, 0, {}}
                            : kill_plan{kill_moment::flush, 1, microseconds{random.below(3'000)}};
  default: return {kill_moment::time, 0, microseconds{random.between(1'000, 300'000)}};
  }
}

cache_options options_for(const directory_plan& directory) {
  cache_options options;
  options.cold_bytes_max = directory.cold_bytes_max;
  options.advanced.segment_bytes = directory.segment_bytes;
  options.request_timeout = std::chrono::minutes{10}; // results must not depend on the speed of the machine
  options.close_timeout = std::chrono::minutes{10};
  options.writer_queue_blocks = 65'536; // more than ever in flight: a full queue would drop blocks
  options.writer_queue_bytes = 1 << 30;
  options.writer_queue_time = std::chrono::milliseconds{0}; // no limit in time: a slow disk would drop blocks
  return options;
}

} // namespace

std::string_view to_string(kill_moment moment) noexcept {
  switch (moment) {
  case kill_moment::time: return "some time after its start";
  case kill_moment::opening: return "while it opened the directory";
  case kill_moment::operations: return "between its operations";
  case kill_moment::flush: return "after a flush had begun";
  case kill_moment::synced: return "after a flush was acknowledged";
  case kill_moment::close: return "after the close had begun";
  case kill_moment::never: return "not at all";
  }
  return "?";
}

directory_plan plan_directory(std::uint64_t seed, std::uint64_t first_round) {
  auto random = draws_for(seed, first_round, 1);
  directory_plan plan;
  plan.roomy = !random.one_in(3);
  constexpr size_mix mixes[] = {size_mix::equal, size_mix::varied, size_mix::varied, size_mix::large};
  plan.mix = mixes[random.below(4)];
  plan.segment_bytes = (plan.roomy ? 256 * kibibyte : 128 * kibibyte) << random.below(plan.roomy ? 4 : 2);
  // All keys together take about 1 MiB with varied sizes, 3 MiB with equal ones.
  plan.cold_bytes_max = plan.roomy ? 768 * mebibyte : random.between(12, 28) * 128 * kibibyte;
  return plan;
}

life_plan plan_life(std::uint64_t seed, std::uint64_t round, const directory_plan& directory, bool faults) {
  auto random = draws_for(seed, round, 2);
  life_plan plan;
  auto& options = plan.options = options_for(directory);
  options.hot_bytes_max = random.one_in(8) ? 0 : (128 * kibibyte) << random.below(4);
  options.policy = random.one_in(4) ? write_policy::through : write_policy::back;
  options.advanced.reappend_percent = random.one_in(3) ? 0 : 25;
  options.cut_chains = random.one_in(3);
  options.advanced.io = faults || random.one_in(3) ? disk_io::threads : disk_io::automatic;
  options.advanced.io_threads = static_cast<std::uint32_t>(random.between(1, 3));
  options.sync_every = std::chrono::milliseconds{random.one_in(4) ? 0 : 1ull << random.below(7)};
  options.sync_bytes = random.one_in(2) ? 0 : mebibyte / 4 << random.below(4);
  options.idle_clean = std::chrono::milliseconds{random.one_in(4) ? 0 : random.between(1, 20)};
  options.promote_cold_hits = !random.one_in(4);
  plan.lanes_used = static_cast<std::uint32_t>(random.between(1, lanes));
  plan.kill = plan_kill(random, directory.roomy);
  const bool ends = plan.kill.moment == kill_moment::close || plan.kill.moment == kill_moment::never;
  plan.operations = ends ? random.between(1, 400) : 1'000'000;
  plan.put_bytes_max = life_bytes_max;
  plan.flush_one_in = 10ull << random.below(5);
  plan.pauses = random.one_in(2);
  plan.checker_closes = random.one_in(2);
  if (faults) {
    // A flush on a failing disk retries with pauses, and need not succeed.
    plan.flush_deadline = options.close_timeout = std::chrono::milliseconds{random.between(50, 500)};
    plan.kill.at_the_latest = std::chrono::microseconds{random.between(200'000, 1'500'000)};
    plan.calls_a_fault = 10ull << random.below(7);
    plan.full_disk = random.one_in(2);
    plan.calls_in_peace = random.one_in(3) ? 0 : random.below(400);
  }
  plan.lossless = directory.roomy && !faults && !options.cut_chains;
  return plan;
}

cache_options checker_options(const directory_plan& directory) {
  auto options = options_for(directory);
  options.hot_bytes_max = 1 * mebibyte;
  options.promote_cold_hits = false; // each block comes from the disk
  return options;
}

/// Worst case: a block is written twice (a copy, a retry), fills only half of its segment, and each opening of a
/// directory leaves two segments nearly empty.
bool has_room(const directory_plan& directory, std::uint64_t bytes_in_use) {
  return bytes_in_use + 4 * life_bytes_max + 8 * directory.segment_bytes <= directory.cold_bytes_max;
}

} // namespace hearth::crash
