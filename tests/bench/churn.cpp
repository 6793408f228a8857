// Memory use while blocks come and go: hearth-churn [DIRECTORY] [SECONDS]. Two threads put and get as fast as they can
// in one cache with both tiers: first blocks of one size, then sizes from 16 KiB to 4 MiB, each for the given time.
// Once a second the program compares the resident set of the process with the cache's memory budget (hot, pending,
// leases) and with the memory in use. Expected: the resident set never exceeds the budget by more than 1/32, which the
// pool keeps idle, plus the process's own memory. Memory stranded next to live buffers of other sizes counts as well.
#include "actors/host/cache.hpp"
#include "actors/host/memory.hpp"
#include "actors/host/program/interruption.hpp"
#include "actors/host/program/number_options.hpp"
#include "actors/host/program/temporary_directory.hpp"
#include "tests/support/process_status.hpp"

#include <CLI/CLI.hpp>

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace hearth;
using steady = std::chrono::steady_clock;

constexpr std::uint64_t mib = 1ull << 20;
constexpr std::uint64_t keys_in_use = 40'000;

/// Size of a block; the same for every put of the block.
std::size_t size_of(std::uint64_t number, bool mixed) {
  if (!mixed)
    return 256 << 10;
  std::mt19937_64 of_block{number};
  return (std::size_t{16} << 10 << of_block() % 8) + of_block() % 4096 * 4;
}

void work(cache& kept, std::uint64_t seed, bool mixed, const std::atomic<bool>& over,
          std::atomic<std::uint64_t>& moved) {
  std::mt19937_64 random{seed};
  while (!over) {
    const auto number = random() % keys_in_use;
    block_key key;
    std::memcpy(key.bytes.data(), &number, sizeof(number));
    const auto bytes = size_of(number, mixed);
    moved += bytes;
    if (random() % 2 == 0 && kept.get(key).ok())
      continue;
    auto fresh = mutable_buffer::allocate(bytes).value();
    std::memset(fresh.bytes().data(), static_cast<int>(number), bytes);
    (void)kept.put(key, std::move(fresh).publish());
  }
}

void churn(const std::string& parent, double seconds, bool mixed) {
  const auto directory = temporary_directory::make_in(parent, "hearth-churn-", "").value();
  cache_options options;
  options.directory = directory.path();
  options.hot_bytes_max = 512 * mib;
  options.cold_bytes_max = 4096 * mib;
  options.writer_queue_bytes = 64 * mib;
  options.lease_bytes_max = 64 * mib;
  options.block_bytes_max = 8 * mib;
  options.close_timeout = std::chrono::milliseconds{0};
  const auto before = testing::process_status_bytes("VmRSS");
  auto kept = cache::open(options).value();
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> moved{0};
  std::vector<std::thread> threads;
  for (std::uint64_t seed = 1; seed <= 2; ++seed)
    threads.emplace_back([&, seed] { work(kept, seed, mixed, over, moved); });
  std::uint64_t most = 0;
  const auto begun = steady::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(steady::now() - begun).count(); };
  while (elapsed() < seconds && interrupted_by() == 0) {
    std::this_thread::sleep_for(std::chrono::seconds{1});
    most = std::max(most, testing::process_status_bytes("VmRSS"));
  }
  const auto took = elapsed();
  over = true;
  for (auto& thread : threads)
    thread.join();
  const auto last = testing::process_status_bytes("VmRSS");
  const auto pool = process_buffer_pool().stats();
  const auto as_mib = [](std::uint64_t bytes) { return static_cast<double>(bytes) / mib; };
  std::printf("%-12s  %7.0f  %8.1f  %8.1f  %8.1f  %8.1f  %8.1f  %8.1f  %9.3f  %9.3f  %8llu  %8llu\n",
              mixed ? "16 KiB-4 MiB" : "256 KiB", took, as_mib(moved) / took, as_mib(pool.budget_bytes),
              as_mib(pool.in_use_bytes), as_mib(pool.stranded_bytes), as_mib(pool.mapped_bytes), as_mib(last),
              static_cast<double>(last) / static_cast<double>(pool.budget_bytes),
              static_cast<double>(most) / static_cast<double>(pool.budget_bytes),
              static_cast<unsigned long long>(pool.regions_mapped), static_cast<unsigned long long>(before / mib));
  std::fflush(stdout);
}

void measure(const std::string& parent, double seconds) {
  spdlog::register_logger(std::make_shared<spdlog::logger>("hearth", std::make_shared<spdlog::sinks::null_sink_mt>()));
  std::printf("MiB unless said otherwise; limit of resident / budget: 1.05\n");
  std::printf("%-12s  %7s  %8s  %8s  %8s  %8s  %8s  %8s  %9s  %9s  %8s  %8s\n", "blocks", "seconds", "MiB/s", "budget",
              "in use", "stranded", "mapped", "resident", "/ budget", "at most", "mappings", "before");
  churn(parent, seconds, false);
  if (interrupted_by() == 0)
    churn(parent, seconds, true);
}

} // namespace

int main(int argc, char** argv) {
  std::string directory = ".";
  double seconds = 600;
  CLI::App program{"Measures what stays in memory while blocks come and go."};
  program.add_option("directory", directory, "where a fresh folder is made, used and removed")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  program.add_option("seconds", seconds, "to measure for, twice")
      ->type_name("SECONDS")
      ->transform(seconds_between(0.1, 86'400))
      ->capture_default_str();
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& ended) {
    return program.exit(ended);
  }
  note_interruptions(); // from now on a signal ends the program normally, with destructors
  measure(directory, seconds);
  return interrupted_by() != 0 ? 128 + interrupted_by() : 0;
}
