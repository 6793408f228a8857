#include "tests/bench/workload.hpp"

#include "actors/host/program/interruption.hpp"
#include "tests/bench/usage.hpp"
#include "tests/bench/worker.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <thread>
#include <utility>

namespace hearth::bench {

namespace {

using storage::errc;
using storage::failure;
using storage::result;

struct about_workload {
  std::string_view name;
  bool disk;
  std::string_view line;
};
constexpr std::array<about_workload, workloads> facts{{
    {"hot-get", false, "Gets of single blocks, all of them in memory"},
    {"chains", false, "Gets of whole chains, all of them in memory"},
    {"put", false, "Puts of new blocks into a full cache in memory"},
    {"churn", false, "Gets over twice as many blocks as fit in memory; what is missing is put"},
    {"cold-get", true, "Gets of single blocks on disk, page cache dropped, each read once"},
    {"cold-chains", true, "Gets of chains of 16 blocks on disk, page cache dropped, each read once"},
    {"cold-put", true, "Puts of 4 MiB a call at the disk's limit, synced every 128 MiB and at the end"},
    {"miss", true, "Gets of single blocks that were never put"},
    {"contains", true, "Whether single blocks are there, one in two is"},
    {"beside", true, "Gets as in cold-get, beside a thread that puts as fast as it can"},
    {"mixed", true, "Gets of chains over twice what fits on disk, some of them favourites; what is missing is put"},
    {"paced-put", true, "2,000 puts a second and thread into a full hot tier, above disks in good and bad health"},
    {"open", true, "Opening a store after it was closed, page cache dropped; a block is one that was put"},
    {"open-killed", true, "Opening a store after its process was killed, page cache dropped"},
}};

constexpr std::uint64_t mib = 1 << 20;
constexpr std::uint64_t hot_blocks_max = 20'000; ///< more blocks only make the fill longer; the figures stay the same
constexpr std::uint64_t chain_on_disk = 16;
constexpr std::uint64_t call_bytes = 4 * mib; ///< per put call, so that a store can batch or pipeline

[[nodiscard]] bool reads_cold(workload what) {
  return what == workload::cold_get || what == workload::cold_chains || what == workload::beside;
}

} // namespace

stamps stamps_of(const workload_plan& plan) { return on_disk(plan.what) ? stamps::pages : stamps::ends; }

std::uint64_t population(const workload_plan& plan) {
  const auto block = plan.where.block_bytes;
  const auto fit = std::max<std::uint64_t>(plan.where.memory_bytes / block, 8);
  const auto disk = std::max<std::uint64_t>(plan.where.disk_bytes / block, chain_on_disk);
  switch (plan.what) {
  case workload::hot_get:
  case workload::chains: return std::clamp<std::uint64_t>(fit / 8, 4, hot_blocks_max); // shards may be uneven
  case workload::put: return fit;
  case workload::churn: return 2 * fit;
  case workload::paced_put: return 4 * fit;
  case workload::mixed: return 2 * disk / chain_on_disk * chain_on_disk;
  default: return std::max<std::uint64_t>(disk * 2 / 3, 8);
  }
}

std::uint64_t blocks_a_call(const workload_plan& plan, workload what) {
  const auto block = plan.where.block_bytes;
  switch (what) {
  case workload::chains: return std::clamp<std::uint64_t>(population(plan) / 4, 1, plan.chain);
  case workload::cold_chains: return std::clamp<std::uint64_t>(plan.where.memory_bytes / 4 / block, 1, chain_on_disk);
  case workload::cold_put: return std::clamp<std::uint64_t>(call_bytes / block, 1, 256);
  case workload::mixed: return chain_on_disk;
  default: return 1;
  }
}

namespace {

double share_of(const std::vector<float>& sorted, double share) {
  return sorted.empty() ? 0 : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

/// Own shuffle: the same order with every standard library.
void shuffle(std::vector<std::uint64_t>& numbers, std::mt19937_64& random) {
  for (std::size_t left = numbers.size(); left > 1; --left)
    std::swap(numbers[left - 1], numbers[random() % left]);
}

result<void> check_interruption() {
  return interrupted_by() == 0 ? result<void>{} : failure{errc::closed, "interrupted"};
}

/// Puts the blocks `first` to `end - 1`; on disk as chains. Waits for a disk that is behind, except in paced-put, where
/// the disk may hang.
result<void> put_range(peer& at, const workload_plan& plan, std::uint64_t first, std::uint64_t end, bool settles) {
  const auto length = plan.what == workload::mixed ? chain_on_disk : blocks_a_call(plan, workload::cold_chains);
  const auto batch = on_disk(plan.what) && settles ? length : 1;
  const auto often = std::min(plan.where.sync_bytes, plan.where.memory_bytes / 2);
  std::uint64_t unsettled = 0;
  std::vector<storage::block> chain;
  for (; first < end; first += chain.size()) {
    if (auto go_on = check_interruption(); !go_on)
      return go_on;
    chain.clear();
    for (auto number = first; number < std::min(first + batch, end); ++number) {
      auto made = make_block(number, plan.where.block_bytes, stamps_of(plan),
                             number > first ? std::optional{number - 1} : std::nullopt);
      if (!made)
        return made.error();
      chain.push_back(std::move(*made));
    }
    auto kept = at.put(0, chain);
    for (int tries = 0; settles && kept.ok() && *kept < chain.size() && tries < 100; ++tries) {
      if (auto settled = at.settle(); !settled)
        return settled;
      kept = at.put(0, chain);
    }
    if (!kept)
      return kept.error();
    unsettled += chain.size() * plan.where.block_bytes;
    if (on_disk(plan.what) && settles && unsettled >= often) {
      unsettled = 0;
      if (auto settled = at.settle(); !settled)
        return settled;
    }
  }
  return settles ? at.settle() : result<void>{};
}

/// Drops the disk blocks from memory, as far as peer and kernel allow.
result<void> cool(peer& at, const workload_plan& plan) {
  if (at.reopens()) {
    at.close();
    if (auto opened = at.open(plan.where); !opened)
      return opened;
  }
  drop_page_cache(plan.where.directory, plan.drops_caches);
  return check_interruption();
}

/// First blocks of the cold reads: a random half of the middle half, each once, in random order. The newest blocks may
/// be in a peer's memory; the oldest are evicted by the writer of `beside`. Half are left out because otherwise the
/// kernel's read-ahead would sooner or later be useful, which it is not in a store larger than memory.
std::vector<std::uint64_t> cold_firsts(const workload_plan& plan) {
  const auto length = blocks_a_call(plan, plan.what);
  std::vector<std::uint64_t> firsts;
  for (auto first = population(plan) / 4 / length * length; first + length <= population(plan) * 3 / 4; first += length)
    firsts.push_back(first);
  if (firsts.empty())
    firsts.push_back(0);
  std::mt19937_64 random{plan.seed * 31 + plan.threads};
  shuffle(firsts, random);
  firsts.resize((firsts.size() + 1) / 2);
  return firsts;
}

/// Figures of the threads over `seconds`. `lost` of the blocks put were dropped later; they do not count as throughput
/// of cold-put.
readings readings_of(std::span<const worker> workers, const workload_plan& plan, double seconds, std::uint64_t lost) {
  double moved = plan.what == workload::cold_put ? -static_cast<double>(lost) : 0;
  double answered = moved;
  double asked = 0;
  double found = 0;
  double offered = 0;
  auto gone = static_cast<double>(lost);
  std::vector<float> calls;
  for (const auto& one : workers) {
    moved += static_cast<double>(one.moved);
    answered += static_cast<double>(one.answered);
    asked += static_cast<double>(one.asked);
    found += static_cast<double>(one.found);
    offered += static_cast<double>(one.offered);
    gone += static_cast<double>(one.refused);
    calls.insert(calls.end(), one.call_us.begin(), one.call_us.end());
  }
  std::sort(calls.begin(), calls.end());
  readings got{{"blocks_per_s", answered / seconds},
               {"gb_per_s", moved * static_cast<double>(plan.where.block_bytes) / 1e9 / seconds},
               {"ns_per_block", answered > 0 ? seconds / answered * 1e9 : 0},
               {"p50_us", share_of(calls, 0.5)},
               {"p99_us", share_of(calls, 0.99)},
               {"p999_us", share_of(calls, 0.999)}};
  if (asked > 0)
    got["hit_share"] = found / asked;
  if (offered > 0)
    got["lost_share"] = gone / offered;
  return got;
}

} // namespace

std::uint64_t sample_of(std::uint64_t blocks) { return std::min<std::uint64_t>(blocks, 64); }

result<std::size_t> check_sample(peer& at, const workload_plan& plan, std::uint64_t blocks) {
  std::mt19937_64 random{plan.seed};
  std::size_t came = 0;
  for (std::uint64_t tries = 0; tries < sample_of(blocks); ++tries) {
    const auto number = random() % blocks;
    const std::array keys{numbered_key(number)};
    bool right = true;
    const auto got = at.get(0, keys, [&](std::size_t, std::span<const std::byte> bytes) {
      right = is_block(bytes, number, plan.where.block_bytes, stamps_of(plan));
    });
    if (!got)
      return got.error();
    if (!right)
      return failure{errc::corrupt, "block " + std::to_string(number) + " has other bytes than were put"};
    came += *got;
  }
  return came;
}

std::string_view to_string(workload which) noexcept { return facts[static_cast<std::size_t>(which)].name; }
std::string_view about(workload which) noexcept { return facts[static_cast<std::size_t>(which)].line; }
bool on_disk(workload which) noexcept { return facts[static_cast<std::size_t>(which)].disk; }
bool opens(workload which) noexcept { return which == workload::open || which == workload::open_killed; }

std::optional<workload> workload_from(std::string_view name) noexcept {
  const auto found = std::find_if(facts.begin(), facts.end(), [&](const auto& one) { return one.name == name; });
  return found == facts.end() ? std::nullopt : std::optional{static_cast<workload>(found - facts.begin())};
}

result<void> fill(peer& at, workload_plan& plan, readings& to) {
  const auto blocks = plan.what == workload::mixed ? population(plan) / 2 : population(plan);
  plan.next = population(plan);
  const bool settles = plan.what != workload::paced_put;
  if (auto done = put_range(at, plan, 0, blocks, settles); !done || !settles || !on_disk(plan.what))
    return done;
  if (auto cooled = cool(at, plan); !cooled)
    return cooled;
  const auto came = check_sample(at, plan, blocks);
  if (!came)
    return came.error();
  if (*came == 0 && at.lost_blocks() == 0)
    return {errc::corrupt, "of the blocks that were put none came back"};
  to["checked_blocks"] = static_cast<double>(*came);
  return {};
}

result<readings> measure(peer& at, workload_plan& plan) {
  if (reads_cold(plan.what))
    if (auto cooled = cool(at, plan); !cooled)
      return cooled.error();
  shared_run run{at, plan};
  run.next_new = plan.next;
  if (reads_cold(plan.what))
    run.firsts = cold_firsts(plan);
  const bool beside = plan.what == workload::beside;
  if (beside)
    run.new_max = plan.next + std::max<std::uint64_t>(plan.where.disk_bytes / 4 / plan.where.block_bytes, 1);
  std::vector<worker> workers;
  workers.reserve(plan.threads + 1);
  for (unsigned thread = 0; thread < plan.threads; ++thread)
    workers.emplace_back(run, thread, plan.what);
  if (beside)
    workers.emplace_back(run, plan.threads, workload::cold_put);
  run.running = static_cast<unsigned>(workers.size());
  const auto lost_before = at.lost_blocks();
  const auto before = usage_now(at.child());
  const auto begun = seconds_now();
  std::vector<std::thread> threads;
  for (auto& one : workers)
    threads.emplace_back([&one] { one.work(); });
  // With a writer, the run ends when either side ends: readers without a writer would be another workload.
  const auto enough = [&] { return beside ? run.running < workers.size() : run.running == 0; };
  while (!enough() && seconds_now() - begun < plan.seconds && interrupted_by() == 0)
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  run.over = true;
  for (auto& thread : threads)
    thread.join();
  if (plan.what == workload::cold_put)
    if (auto settled = at.settle(); !settled)
      return settled.error();
  const auto seconds = seconds_now() - begun;
  const auto cost = usage_now(at.child()) - before;
  plan.next = std::min<std::uint64_t>(run.next_new, run.new_max);
  for (const auto& one : workers)
    if (!one.outcome.ok())
      return one.outcome.error();
  const auto lost = std::max(at.lost_blocks(), lost_before) - lost_before;
  auto got = readings_of(std::span{workers}.first(plan.threads), plan, seconds, lost);
  const auto bytes = got["gb_per_s"] * 1e9 * seconds;
  if (bytes > 0 && !beside)
    got["cpu_s_per_gb"] = cost.cpu_s / (bytes / 1e9);
  if (bytes > 0 &&
      (plan.what == workload::cold_put || plan.what == workload::cold_get || plan.what == workload::cold_chains))
    got["device_bytes_per_byte"] =
        static_cast<double>(plan.what == workload::cold_put ? cost.written_bytes : cost.read_bytes) / bytes;
  if (beside)
    got["writer_gb_per_s"] = static_cast<double>(workers.back().moved * plan.where.block_bytes) / 1e9 / seconds;
  if (on_disk(plan.what))
    got["space_share"] =
        static_cast<double>(bytes_on_disk(plan.where.directory)) / static_cast<double>(plan.where.disk_bytes);
  return got;
}

} // namespace hearth::bench
