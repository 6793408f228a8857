#include "tests/bench/caches/workload.hpp"

#include "tests/bench/usage.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <random>
#include <thread>
#include <utility>

namespace hearth::bench {

namespace {

using storage::block_key;
using storage::errc;
using storage::failure;
using storage::result;

constexpr std::array<std::string_view, workloads> names{"hot-get", "chains", "put", "churn", "cold-get", "mixed"};
constexpr std::array<std::string_view, workloads> lines{
    "Gets of single blocks, all of them in memory",
    "Gets of whole chains, all of them in memory",
    "Puts of new blocks into a full cache in memory",
    "Gets over twice as many blocks as fit in memory; what is missing is put",
    "Gets of single blocks on disk, sixteen times what fits in memory",
    "Gets of chains over twice what fits on disk, some of them favourites; what is missing is put"};
constexpr std::uint64_t hot_blocks_max = 20'000; ///< more make a longer fill and no other figure
constexpr std::uint64_t mixed_chain = 16;
constexpr std::uint64_t time_one_in = 8; ///< reading the clock twice costs as much as a hot get

/// Blocks that the workload draws from.
std::uint64_t population(const workload_plan& plan) {
  const auto& [directory, memory, disk, block, threads] = plan.stage;
  const auto fit = std::max<std::uint64_t>(memory / block, 8);
  switch (plan.what) {
  case workload::hot_get:
  case workload::chains: return std::clamp<std::uint64_t>(fit / 8, 4, hot_blocks_max); // shards may be uneven
  case workload::put: return fit;
  case workload::churn: return 2 * fit;
  case workload::cold_get: return std::min(16 * fit, std::max<std::uint64_t>(disk * 2 / 3 / block, 8));
  case workload::mixed: return 2 * std::max<std::uint64_t>(disk / block, mixed_chain) / mixed_chain * mixed_chain;
  }
  return fit;
}

result<storage::block> made(std::uint64_t number, const workload_plan& plan, std::uint64_t place_in_chain) {
  auto fresh = storage::mutable_buffer::allocate(plan.stage.block_bytes);
  if (!fresh)
    return fresh.error();
  const auto bytes = fresh->bytes();
  std::memcpy(bytes.data(), &number, sizeof(number));
  std::memcpy(bytes.data() + bytes.size() - sizeof(number), &number, sizeof(number));
  const auto parent = place_in_chain > 0 ? std::optional{numbered_key(number - 1)} : std::nullopt;
  return storage::block{numbered_key(number), 0, parent, std::move(*fresh).publish()};
}

/// One thread at work.
class worker {
public:
  worker(cache_peer& peer, const workload_plan& plan, unsigned thread, std::atomic<std::uint64_t>& next)
      : peer_(peer), plan_(plan), thread_(thread), next_(next), blocks_(population(plan)),
        random_(plan.seed * 1000 + thread) {
    chain_.reserve(plan.chain);
  }

  void run(const std::atomic<bool>& over) {
    for (std::uint64_t turn = 0; !over.load(std::memory_order_relaxed) && outcome.ok(); ++turn) {
      const auto begun = turn % time_one_in == 0 ? seconds_now() : 0;
      step();
      if (turn % time_one_in == 0)
        call_us.push_back(static_cast<float>((seconds_now() - begun) * 1e6));
    }
    if (wrong_ > 0 && outcome.ok())
      outcome = failure{errc::corrupt, std::to_string(wrong_) + " blocks were others than asked for"};
  }

  result<void> outcome;
  std::uint64_t moved = 0; ///< blocks got or put
  std::uint64_t asked = 0;
  std::uint64_t found = 0;
  std::vector<float> call_us;

private:
  void step() {
    switch (plan_.what) {
    case workload::hot_get:
    case workload::cold_get: (void)get(random_() % blocks_, 1); break;
    case workload::chains: {
      const auto length = std::clamp<std::uint64_t>(blocks_ / 4, 1, plan_.chain);
      (void)get(random_() % (blocks_ - length + 1), length);
      break;
    }
    case workload::put: put(next_.fetch_add(1), 0); break;
    case workload::churn:
      if (const auto number = random_() % blocks_; get(number, 1) == 0)
        put(number, 0);
      break;
    case workload::mixed: converse(); break;
    }
  }

  /// Half of the requests go to a tenth of the chains.
  void converse() {
    const auto chains = blocks_ / mixed_chain;
    const auto among = random_() % 2 == 0 ? std::max<std::uint64_t>(chains / 10, 1) : chains;
    const auto first = random_() % among * mixed_chain;
    for (auto have = get(first, mixed_chain); have < mixed_chain && outcome.ok(); ++have)
      put(first + have, have);
  }

  std::uint64_t get(std::uint64_t first, std::uint64_t length) {
    chain_.clear();
    for (auto number = first; number < first + length; ++number)
      chain_.push_back(numbered_key(number));
    const auto got = peer_.get(thread_, chain_, [&](std::size_t i, std::span<const std::byte> bytes) {
      std::uint64_t last = 0;
      std::memcpy(&last, bytes.data() + bytes.size() - sizeof(last), sizeof(last));
      wrong_ += stamp_of(bytes) == first + i && last == first + i ? 0 : 1;
    });
    if (!got)
      outcome = got.error();
    const auto have = got ? *got : 0;
    asked += length;
    found += have;
    moved += have;
    return have;
  }

  /// What the cache gives up at once is no failure: it says so.
  void put(std::uint64_t number, std::uint64_t place_in_chain) {
    auto item = made(number, plan_, place_in_chain);
    if (!item) {
      outcome = item.error();
      return;
    }
    if (auto kept = peer_.put(thread_, std::move(*item)); kept.ok())
      ++moved;
    else if (kept.code() != errc::overloaded)
      outcome = kept;
  }

  cache_peer& peer_;
  const workload_plan& plan_;
  unsigned thread_;
  std::atomic<std::uint64_t>& next_;
  std::uint64_t blocks_;
  std::mt19937_64 random_;
  std::vector<block_key> chain_;
  std::uint64_t wrong_ = 0;
};

double share_of(std::vector<float>& sorted, double share) {
  return sorted.empty() ? 0 : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

readings readings_of(const std::vector<worker>& workers, const workload_plan& plan, double seconds, double cpu_s) {
  double moved = 0;
  double asked = 0;
  double found = 0;
  std::vector<float> calls;
  for (const auto& one : workers) {
    moved += static_cast<double>(one.moved);
    asked += static_cast<double>(one.asked);
    found += static_cast<double>(one.found);
    calls.insert(calls.end(), one.call_us.begin(), one.call_us.end());
  }
  std::sort(calls.begin(), calls.end());
  const auto gb = moved * static_cast<double>(plan.stage.block_bytes) / 1e9;
  return {{"blocks_per_s", moved / seconds},
          {"gb_per_s", gb / seconds},
          {"ns_per_block", moved > 0 ? seconds / moved * 1e9 : 0},
          {"p50_us", share_of(calls, 0.5)},
          {"p99_us", share_of(calls, 0.99)},
          {"p999_us", share_of(calls, 0.999)},
          {"hit_share", asked > 0 ? found / asked : 0},
          {"cpu_s_per_gb", gb > 0 ? cpu_s / gb : 0}};
}

} // namespace

std::string_view to_string(workload which) noexcept { return names[static_cast<std::size_t>(which)]; }
std::string_view about(workload which) noexcept { return lines[static_cast<std::size_t>(which)]; }
bool on_disk(workload which) noexcept { return which == workload::cold_get || which == workload::mixed; }

std::optional<workload> workload_from(std::string_view name) noexcept {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? std::nullopt : std::optional{static_cast<workload>(found - names.begin())};
}

/// The number stands at the end; SplitMix64 (Steele and others, 2014) makes the rest look like a hash.
block_key numbered_key(std::uint64_t number) noexcept {
  std::array<std::uint64_t, 4> words{};
  auto state = number;
  for (auto& word : words) {
    state += 0x9E3779B97F4A7C15u;
    auto mixed = state;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
    word = mixed ^ mixed >> 31;
  }
  words[2] = number;
  block_key key;
  std::memcpy(key.bytes.data(), words.data(), sizeof(words));
  return key;
}

std::uint64_t number_of(const block_key& key) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, key.bytes.data() + 16, sizeof(number));
  return number;
}

std::uint64_t stamp_of(std::span<const std::byte> block) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, block.data(), sizeof(number));
  return number;
}

result<void> fill(cache_peer& peer, const workload_plan& plan) {
  const auto blocks = plan.what == workload::mixed ? population(plan) / 2 : population(plan);
  std::uint64_t unsettled = 0;
  for (std::uint64_t number = 0; number < blocks; ++number) {
    auto item = made(number, plan, plan.what == workload::mixed ? number % mixed_chain : 0);
    if (!item)
      return item.error();
    auto kept = peer.put(0, *item);
    for (int tries = 0; kept.code() == errc::overloaded && tries < 100;
         ++tries) { // the disk is behind: let it catch up
      if (auto settled = peer.settle(); !settled)
        return settled;
      kept = peer.put(0, *item);
    }
    if (!kept)
      return kept;
    unsettled += plan.stage.block_bytes;
    if (on_disk(plan.what) && unsettled >= plan.stage.memory_bytes / 2) {
      unsettled = 0;
      if (auto settled = peer.settle(); !settled)
        return settled;
    }
  }
  return peer.settle();
}

result<readings> measure(cache_peer& peer, const workload_plan& plan) {
  std::atomic<std::uint64_t> next{population(plan) + plan.first_new};
  std::atomic<bool> over{false};
  std::vector<worker> workers;
  workers.reserve(plan.threads);
  for (unsigned thread = 0; thread < plan.threads; ++thread)
    workers.emplace_back(peer, plan, thread, next);
  const auto before = usage_now(peer.child());
  const auto begun = seconds_now();
  std::vector<std::thread> threads;
  for (auto& one : workers)
    threads.emplace_back([&one, &over] { one.run(over); });
  std::this_thread::sleep_for(std::chrono::duration<double>(plan.seconds));
  over = true;
  for (auto& thread : threads)
    thread.join();
  const auto seconds = seconds_now() - begun;
  const auto cpu = (usage_now(peer.child()) - before).cpu_s;
  for (const auto& one : workers)
    if (!one.outcome.ok())
      return one.outcome.error();
  return readings_of(workers, plan, seconds, cpu);
}

} // namespace hearth::bench
