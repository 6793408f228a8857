#include "storage/memory/buffer_pool.hpp"
#include "storage/memory/buffer.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace hearth::storage;

namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

/// Owns a buffer of a pool, filled with `mark`; frees it when destroyed.
class loan {
public:
  loan(buffer_pool& pool, std::size_t bytes, std::uint32_t mark = 0)
      : pool_(&pool), memory_(pool.allocate(bytes).value()), mark_(mark) {
    each_mark([&](std::byte* at) { std::memcpy(at, &mark_, sizeof mark_); });
  }
  loan(loan&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)), memory_(other.memory_), mark_(other.mark_) {}
  loan& operator=(loan&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(memory_, other.memory_);
    std::swap(mark_, other.mark_);
    return *this;
  }
  ~loan() {
    if (pool_ != nullptr)
      pool_->free(memory_);
  }

  [[nodiscard]] bool intact() const {
    bool same = true;
    each_mark([&](std::byte* at) { same = same && std::memcmp(at, &mark_, sizeof mark_) == 0; });
    return same;
  }
  [[nodiscard]] std::byte* bytes() const { return memory_.bytes; }
  [[nodiscard]] std::size_t capacity() const { return memory_.capacity_bytes; }
  [[nodiscard]] std::uintptr_t address() const { return reinterpret_cast<std::uintptr_t>(memory_.bytes); }

private:
  /// Marks the first and the last word of each 4 KiB.
  template <class Use>
  void each_mark(Use use) const {
    for (std::size_t offset = 0; offset < memory_.capacity_bytes; offset += 4 * kib) {
      use(memory_.bytes + offset);
      use(memory_.bytes + offset + 4 * kib - sizeof mark_);
    }
  }

  buffer_pool* pool_;
  pooled_memory memory_;
  std::uint32_t mark_;
};

bool mapped(std::byte* at) {
  unsigned char resident = 0;
  return ::mincore(at, 4 * kib, &resident) == 0 || errno != ENOMEM;
}

bool adds_up(const buffer_pool_stats& stats) {
  return stats.mapped_bytes == stats.in_use_bytes + stats.stranded_bytes + stats.idle_bytes &&
         stats.huge_page_bytes <= stats.mapped_bytes && stats.regions_unmapped <= stats.regions_mapped;
}

/// Random size: 4 KiB to 16 MiB, mostly small.
std::size_t random_size(std::mt19937& random) {
  return std::uniform_int_distribution<std::size_t>{1, 4 * kib << random() % 13}(random);
}

std::vector<std::size_t> capacities(std::size_t bytes_max) {
  std::vector<std::size_t> found;
  for (std::size_t bytes = 1; bytes <= bytes_max; bytes = found.back() + 1)
    found.push_back(buffer_pool::capacity_of(bytes));
  return found;
}

} // namespace

TEST_CASE("A capacity holds what was asked for and wastes less than an eighth of it") {
  CHECK(buffer_pool::capacity_of(0) == 4 * kib);
  CHECK(buffer_pool::capacity_of(1) == 4 * kib);
  std::mt19937_64 random{20261123};
  for (int i = 0; i < 100'000; ++i) {
    const auto bytes =
        std::uniform_int_distribution<std::size_t>{4 * kib, std::size_t{8} * kib << random() % 27}(random);
    const auto capacity = buffer_pool::capacity_of(bytes);
    const auto padded = (bytes + 4 * kib - 1) / (4 * kib) * (4 * kib);
    REQUIRE(capacity % (4 * kib) == 0);
    REQUIRE(capacity >= padded);
    REQUIRE(capacity - padded < padded / 8 + 1);
  }
}

TEST_CASE("Powers of two waste nothing") {
  for (std::size_t bytes = 4 * kib; bytes <= buffer_pool::buffer_bytes_max; bytes *= 2) {
    CHECK(buffer_pool::capacity_of(bytes) == bytes);
    if (bytes <= 64 * mib) { // no bookkeeping in the region either: all of it becomes buffers
      buffer_pool pool{0};
      std::vector<loan> live;
      for (std::size_t i = 0; i < std::max<std::size_t>(2 * mib / bytes, 1); ++i)
        live.emplace_back(pool, bytes);
      CHECK(pool.stats().regions_mapped == 1);
      CHECK(pool.stats().stranded_bytes == 0);
    }
  }
}

TEST_CASE("Buffers of every capacity are aligned, and cross a huge page's end only where they must") {
  for (const auto capacity : capacities(16 * mib)) {
    INFO("capacity " << capacity);
    buffer_pool pool{0};
    std::vector<loan> live;
    for (std::uint32_t i = 0; i < 3; ++i)
      live.emplace_back(pool, capacity, i);
    const auto packed_bytes = 2 * mib / capacity * capacity; // in one huge page
    const bool in_one = packed_bytes > 0 && 2 * mib - packed_bytes <= 2 * mib / 8;
    for (const auto& each : live) {
      CHECK(each.intact());
      CHECK(each.capacity() == capacity);
      CHECK(each.address() % std::min(capacity & (~capacity + 1), 2 * mib) == 0);
      if (capacity >= 2 * mib)
        CHECK(each.address() % (2 * mib) == 0);
      if (in_one)
        CHECK(each.address() / (2 * mib) == (each.address() + capacity - 1) / (2 * mib));
    }
    live.clear();
    CHECK(pool.stats().mapped_bytes == 0);
  }
}

TEST_CASE("Freed memory is handed out again") {
  const auto bytes = GENERATE(4 * kib, 16 * kib, 64 * kib, 256 * kib, 1 * mib, 4 * mib, 64 * mib);
  buffer_pool pool;
  auto first = loan{pool, bytes}.bytes();
  CHECK(pool.stats().idle_bytes == std::max<std::size_t>(bytes, 2 * mib));
  CHECK(loan{pool, bytes}.bytes() == first);
  const loan beside{pool, bytes};
  first = loan{pool, bytes}.bytes();
  CHECK(loan{pool, bytes}.bytes() == first);
  CHECK(pool.stats().regions_mapped == (bytes < 2 * mib ? 1 : 2));
}

TEST_CASE("An idle region serves buffers of any size that use such regions") {
  buffer_pool pool;
  for (const auto capacity : capacities(2 * mib))
    if (2 * mib % capacity <= 2 * mib / 8)
      loan{pool, capacity};
  CHECK(pool.stats().regions_mapped == 1);
  CHECK(pool.stats().mapped_bytes == 2 * mib);
}

TEST_CASE("Live buffers never overlap, the idle bound holds and the figures add up at every step") {
  const auto retain = GENERATE(0 * mib, 8 * mib, 256 * mib);
  buffer_pool pool{retain};
  std::mt19937 random{20261124};
  std::vector<loan> live;
  std::uint64_t live_bytes = 0;
  for (std::uint32_t step = 0; step < 3000; ++step) {
    if (live.empty() || (live.size() < 100 && random() % 2 == 0)) {
      live.emplace_back(pool, random_size(random), step);
      live_bytes += live.back().capacity();
    } else {
      std::swap(live[random() % live.size()], live.back());
      REQUIRE(live.back().intact());
      live_bytes -= live.back().capacity();
      live.pop_back();
    }
    const auto stats = pool.stats();
    REQUIRE(stats.idle_bytes <= retain);
    REQUIRE(stats.in_use_bytes == live_bytes);
    REQUIRE(adds_up(stats));
  }
  CHECK(std::all_of(live.begin(), live.end(), [](const loan& each) { return each.intact(); }));
  live.clear();
  CHECK(pool.stats().in_use_bytes == 0);
  CHECK(pool.stats().stranded_bytes == 0);
}

TEST_CASE("Idle memory above the limit is unmapped, the longest idle first") {
  buffer_pool pool{4 * mib};
  std::vector<loan> live;
  for (int i = 0; i < 3; ++i)
    live.emplace_back(pool, 2 * mib);
  const std::vector<std::byte*> at{live[0].bytes(), live[1].bytes(), live[2].bytes()};
  for (auto& each : live)
    loan{std::move(each)};
  CHECK_FALSE(mapped(at[0]));
  CHECK(mapped(at[1]));
  CHECK(mapped(at[2]));
  CHECK(pool.stats().idle_bytes == 4 * mib);
  CHECK(pool.stats().regions_unmapped == 1);
  { const loan other_size{pool, 3 * mib}; }
  CHECK_FALSE(mapped(at[1]));
  CHECK(pool.stats().idle_bytes == 3 * mib);
}

TEST_CASE("A region larger than the bound goes at once and drives nothing out") {
  buffer_pool pool{4 * mib};
  { const loan kept{pool, 1 * mib}; }
  { const loan large{pool, 5 * mib}; }
  CHECK(pool.stats().idle_bytes == 2 * mib);
  CHECK(pool.stats().mapped_bytes == 2 * mib);
}

TEST_CASE("A lower bound takes effect at once, and a bound of nothing keeps nothing") {
  buffer_pool pool{16 * mib};
  std::byte* at = nullptr;
  {
    std::vector<loan> live;
    for (int i = 0; i < 8; ++i)
      live.emplace_back(pool, 2 * mib);
    at = live.back().bytes();
  }
  CHECK(pool.stats().idle_bytes == 16 * mib);
  pool.retain_at_most(5 * mib);
  CHECK(pool.idle_bytes_max() == 5 * mib);
  CHECK(pool.stats().idle_bytes == 4 * mib);
  pool.retain_at_most(0);
  CHECK(pool.stats().mapped_bytes == 0);
  CHECK_FALSE(mapped(at));
}

TEST_CASE("A live buffer strands at most the rest of its region, which serves before anything is mapped") {
  const auto [bytes, in_one] = GENERATE(std::pair{4 * kib, 512u}, std::pair{64 * kib, 32u}, std::pair{1 * mib, 2u});
  buffer_pool pool{0};
  std::vector<loan> live;
  for (unsigned i = 0; i < 4 * in_one; ++i)
    live.emplace_back(pool, bytes);
  CHECK(pool.stats().regions_mapped == 4);
  std::vector<loan> survivors;
  for (unsigned region = 0; region < 4; ++region)
    survivors.push_back(std::move(live[region * in_one]));
  live.clear();
  CHECK(pool.stats().stranded_bytes == 4 * (2 * mib - bytes));
  for (unsigned i = 0; i < 4 * (in_one - 1); ++i)
    live.emplace_back(pool, bytes);
  CHECK(pool.stats().regions_mapped == 4);
  CHECK(pool.stats().stranded_bytes == 0);
}

TEST_CASE("One thread frees what another allocated") {
  buffer_pool pool{8 * mib};
  std::vector<loan> live;
  for (std::uint32_t i = 0; i < 200; ++i)
    live.emplace_back(pool, std::size_t{4} * kib << i % 10, i);
  std::atomic<int> damaged{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < live.size(); i += 4) {
        const loan last_owner{std::move(live[i])};
        damaged += last_owner.intact() ? 0 : 1;
      }
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(damaged == 0);
  CHECK(pool.stats().in_use_bytes == 0);
  CHECK(pool.stats().stranded_bytes == 0);
  CHECK(pool.stats().idle_bytes <= 8 * mib);
}

TEST_CASE("Many threads share a pool and hand buffers to each other while others read its figures") {
  buffer_pool pool{8 * mib};
  std::mutex mutex;
  std::vector<loan> exchange;
  std::atomic<int> damaged{0};
  std::atomic<int> above{0};
  const auto work = [&](unsigned seed) {
    std::mt19937 random{seed};
    for (std::uint32_t step = 0; step < 2000; ++step) {
      loan mine{pool, random_size(random) / 4 + 1, step};
      std::lock_guard guard{mutex};
      if (exchange.size() < 50)
        exchange.push_back(std::move(mine));
      else
        std::swap(exchange[random() % exchange.size()], mine);
      damaged += exchange.back().intact() ? 0 : 1;
      if (step % 64 == 0) {
        above += pool.stats().idle_bytes > 8 * mib ? 1 : 0;
        pool.retain_at_most(step % 128 == 0 ? 8 * mib : 2 * mib);
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t)
    threads.emplace_back(work, 20261125 + t);
  for (auto& thread : threads)
    thread.join();
  CHECK(damaged == 0);
  CHECK(above == 0);
  CHECK(adds_up(pool.stats()));
  exchange.clear();
  CHECK(pool.stats().in_use_bytes == 0);
}

TEST_CASE("Absurd sizes are refused and change nothing") {
  buffer_pool pool;
  { const loan kept{pool, 1 * mib}; }
  const auto max = std::numeric_limits<std::size_t>::max();
  for (const auto bytes : {buffer_pool::buffer_bytes_max + 1, max / 2, max / 2 + 1, max - 4095, max})
    CHECK(pool.allocate(bytes).code() == errc::no_memory);
  CHECK(pool.stats().mapped_bytes == 2 * mib);
  CHECK(pool.stats().idle_bytes == 2 * mib);
}

TEST_CASE("Under a limit on address space idle memory is reused first, then no_memory is returned") {
  if (!buffers_are_pooled())
    return; // sanitizers abort under such a limit
  buffer_pool pool;
  REQUIRE(pool.warm(8 * mib));
  { const std::string room_for_messages(100'000, ' '); }
  std::size_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
  const rlimit all_used{static_cast<rlim_t>(pages) * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)), before.rlim_max};
  ::setrlimit(RLIMIT_AS, &all_used);
  auto fits = pool.allocate(4 * mib);
  auto refused = pool.allocate(32 * mib);
  ::setrlimit(RLIMIT_AS, &before);
  CHECK(refused.code() == errc::no_memory);
  REQUIRE(fits);
  pool.free(*fits);
  CHECK(pool.stats().regions_unmapped == 4);
  CHECK(pool.stats().mapped_bytes == 4 * mib);
  CHECK(loan{pool, 32 * mib, 7}.intact());
}

TEST_CASE("Warmed memory is allocated without another first touch") {
  const auto [bytes, buffer_bytes, regions] =
      GENERATE(std::tuple{9 * mib, 1 * mib, 5u}, std::tuple{8 * mib, 4 * kib, 4u}, std::tuple{9 * mib, 4 * mib, 3u},
               std::tuple{0 * mib, 1 * mib, 0u});
  buffer_pool pool{16 * mib};
  { const loan in_the_way{pool, 5 * mib}; }
  REQUIRE(pool.warm(bytes, buffer_bytes));
  CHECK(pool.stats().idle_bytes <= 16 * mib);
  const auto mapped_before = pool.stats().regions_mapped;
  CHECK(mapped_before == 1 + regions);
  REQUIRE(pool.warm(bytes, buffer_bytes));
  CHECK(pool.stats().regions_mapped == mapped_before);
  std::vector<loan> live;
  for (std::size_t got = 0; got < bytes; got += buffer_bytes)
    live.emplace_back(pool, buffer_bytes);
  CHECK(pool.stats().regions_mapped == mapped_before);
}

TEST_CASE("Warming all that may be idle drives out everything else") {
  buffer_pool pool{8 * mib};
  {
    const loan small{pool, 1 * mib};
    const loan large{pool, 6 * mib};
  }
  REQUIRE(pool.warm(8 * mib));
  CHECK(pool.stats().idle_bytes == 8 * mib);
  const loan one{pool, 2 * mib}, two{pool, 2 * mib}, three{pool, 2 * mib}, four{pool, 2 * mib};
  CHECK(pool.stats().mapped_bytes == 8 * mib);
}

TEST_CASE("Warming more than may be idle is refused") {
  buffer_pool pool{8 * mib};
  CHECK(pool.warm(8 * mib + 1).code() == errc::invalid_argument);
  CHECK(pool.warm(std::numeric_limits<std::uint64_t>::max(), 4 * kib).code() == errc::invalid_argument);
  CHECK(pool.warm(1, buffer_pool::buffer_bytes_max + 1).code() == errc::invalid_argument);
  CHECK(pool.stats().mapped_bytes == 0);
}

TEST_CASE("Buffers live in the pool of the process, but under sanitizers") {
  auto& pool = process_buffer_pool();
  const auto before = pool.stats().in_use_bytes;
  {
    const auto fresh = mutable_buffer::allocate(1 * mib + 1);
    REQUIRE(fresh);
    CHECK(pool.stats().in_use_bytes == before + (buffers_are_pooled() ? 1152 * kib : 0));
  }
  CHECK(pool.stats().in_use_bytes == before);
}
