// Memory of a pool: its source, its watchers, its budget.
#include "storage/memory/buffer_pool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/process_status.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace hearth::storage;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

/// Memory source of the test.
class own_memory final : public memory_source {
public:
  result<region> map(std::size_t size_bytes) override {
    if (mapped.size() == regions_max)
      return {errc::no_memory, "own_memory: full"};
    auto* const bytes = static_cast<std::byte*>(::operator new (size_bytes, std::align_val_t{huge_page_alignment}));
    mapped[bytes] = size_bytes;
    return region{bytes, 0};
  }
  void unmap(std::byte* bytes, std::size_t size_bytes) noexcept override {
    strange += mapped.contains(bytes) && mapped[bytes] == size_bytes ? 0 : 1;
    mapped.erase(bytes);
    ::operator delete (bytes, std::align_val_t{huge_page_alignment});
  }

  [[nodiscard]] bool owns(const std::byte* bytes) const {
    return std::any_of(mapped.begin(), mapped.end(),
                       [&](const auto& each) { return bytes >= each.first && bytes < each.first + each.second; });
  }

  std::map<std::byte*, std::size_t> mapped;
  std::size_t regions_max = 100;
  int strange = 0; ///< releases that do not match an allocation
};

/// Watcher that lists the regions it was told of.
class list_of_regions final : public memory_watcher {
public:
  result<void> arrives(std::span<std::byte> region) override {
    if (taken.size() == regions_max && throws)
      throw std::bad_alloc{};
    if (taken.size() == regions_max)
      return {errc::no_memory, "list_of_regions: full"};
    strange += taken.emplace(region.data(), region.size()).second ? 0 : 1;
    return {};
  }
  void leaves(std::span<std::byte> region) noexcept override {
    strange += taken.contains(region.data()) && taken[region.data()] == region.size() ? 0 : 1;
    taken.erase(region.data());
  }

  [[nodiscard]] std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const auto& each : taken)
      sum += each.second;
    return sum;
  }

  std::map<std::byte*, std::size_t> taken;
  std::size_t regions_max = 100;
  bool throws = false; ///< whether it throws above that limit
  int strange = 0;     ///< regions added twice, or removed without having been added
};

std::vector<pooled_memory> allocate(buffer_pool& pool, std::size_t buffers, std::size_t bytes) {
  std::vector<pooled_memory> live;
  for (std::size_t i = 0; i < buffers; ++i)
    live.push_back(pool.allocate(bytes).value());
  return live;
}

void free_all(buffer_pool& pool, std::vector<pooled_memory>& live) {
  for (const auto& each : live)
    pool.free(each);
  live.clear();
}

} // namespace

TEST_CASE("A host's own memory serves every buffer and is given back as it was taken") {
  const auto source = std::make_shared<own_memory>();
  {
    buffer_pool pool{8 * mib};
    pool.take_from(source);
    auto live = allocate(pool, 20, mib / 4);
    CHECK(std::all_of(live.begin(), live.end(), [&](const auto& each) { return source->owns(each.bytes); }));
    CHECK(pool.stats().mapped_bytes == 6 * mib);
    free_all(pool, live);
  }
  CHECK(source->mapped.empty());
  CHECK(source->strange == 0);
}

TEST_CASE("When a host's own memory is used up, there is no memory, and what was there stays") {
  const auto source = std::make_shared<own_memory>();
  source->regions_max = 2;
  buffer_pool pool{8 * mib};
  pool.take_from(source);
  auto live = allocate(pool, 2, 2 * mib);
  const auto refused = pool.allocate(2 * mib);
  CHECK(refused.code() == errc::no_memory);
  CHECK(refused.error().context.find("own_memory: full") != std::string::npos);
  pool.free(live.back()); // idle, and of the wrong size: released to make room
  live.back() = pool.allocate(3 * mib).value();
  CHECK(source->mapped.size() == 2);
  free_all(pool, live);
}

TEST_CASE("A change of source lets buffers where they are, and their memory goes back to where it came from") {
  const auto before = std::make_shared<own_memory>();
  const auto after = std::make_shared<own_memory>();
  buffer_pool pool{64 * mib};
  pool.take_from(before);
  auto live = allocate(pool, 2, 2 * mib);
  auto idle = allocate(pool, 1, 2 * mib);
  free_all(pool, idle);
  pool.take_from(after);
  CHECK(before->mapped.size() == 2);
  auto fresh = allocate(pool, 1, 2 * mib);
  CHECK(after->owns(fresh.front().bytes));
  free_all(pool, live);
  CHECK(before->mapped.empty());
  free_all(pool, fresh);
  CHECK(after->mapped.size() == 1); // kept
  CHECK(before->strange + after->strange == 0);
}

TEST_CASE("A watcher hears of all memory before it is used and when it is no more") {
  const auto early = std::make_shared<list_of_regions>();
  const auto late = std::make_shared<list_of_regions>();
  {
    buffer_pool pool{4 * mib};
    CHECK(pool.stats().pinned_bytes == 0);
    REQUIRE(pool.watch(early));
    auto live = allocate(pool, 10, mib);
    CHECK(early->bytes() == 10 * mib);
    CHECK(pool.stats().pinned_bytes == 10 * mib);
    REQUIRE(pool.watch(late)); // is told of the existing regions
    CHECK(late->taken == early->taken);
    free_all(pool, live);
    CHECK(early->bytes() == 4 * mib);
    CHECK(pool.stats().pinned_bytes == 4 * mib);
    pool.unwatch(*early);
    CHECK(early->taken.empty());
    live = allocate(pool, 6, mib);
    CHECK(early->taken.empty());
    CHECK(late->bytes() == 6 * mib);
    CHECK(pool.stats().pinned_bytes == 6 * mib);
    free_all(pool, live);
  }
  CHECK(late->taken.empty());
  CHECK(early->strange + late->strange == 0);
}

TEST_CASE("What a watcher does not take is used all the same, and does not count as pinned") {
  const auto picky = std::make_shared<list_of_regions>();
  picky->regions_max = 2;
  buffer_pool pool{0};
  REQUIRE(pool.watch(picky));
  auto live = allocate(pool, 3, 2 * mib);
  CHECK(pool.stats().mapped_bytes == 6 * mib);
  CHECK(pool.stats().pinned_bytes == 4 * mib);
  const auto late = std::make_shared<list_of_regions>();
  late->regions_max = 0;
  const auto refused = pool.watch(late);
  CHECK(refused.code() == errc::no_memory);
  CHECK(pool.stats().pinned_bytes == 0); // no region is pinned by every watcher
  pool.unwatch(*late);
  CHECK(pool.stats().pinned_bytes == 4 * mib);
  free_all(pool, live);
  CHECK(picky->taken.empty());
  CHECK(picky->strange == 0);
}

TEST_CASE("A watcher that throws has not taken the memory, and nobody else is the worse for it") {
  const auto steady = std::make_shared<list_of_regions>();
  const auto throwing = std::make_shared<list_of_regions>();
  throwing->throws = true;
  throwing->regions_max = 1;
  {
    buffer_pool pool{0};
    REQUIRE(pool.watch(steady));
    auto live = allocate(pool, 2, 2 * mib);
    CHECK(pool.watch(throwing).code() == errc::no_memory);
    live.push_back(pool.allocate(2 * mib).value());
    CHECK(steady->bytes() == 6 * mib);
    CHECK(throwing->bytes() == 2 * mib);
    CHECK(pool.stats().pinned_bytes == 2 * mib);
    free_all(pool, live);
  }
  CHECK(steady->taken.empty());
  CHECK(throwing->taken.empty());
  CHECK(steady->strange + throwing->strange == 0);
}

TEST_CASE("Sixty-four may watch, and one that is gone makes room for another") {
  buffer_pool pool{0};
  std::vector<std::shared_ptr<list_of_regions>> watchers;
  for (std::size_t i = 0; i < watched_regions::watchers_max; ++i) {
    watchers.push_back(std::make_shared<list_of_regions>());
    REQUIRE(pool.watch(watchers.back()));
  }
  const auto another = std::make_shared<list_of_regions>();
  CHECK(pool.watch(another).code() == errc::invalid_argument);
  pool.unwatch(*another); // no effect
  pool.unwatch(*watchers[20]);
  REQUIRE(pool.watch(another));
  auto live = allocate(pool, 1, mib);
  CHECK(another->bytes() == 2 * mib);
  CHECK(watchers[20]->bytes() == 0);
  CHECK(pool.stats().pinned_bytes == 2 * mib);
  free_all(pool, live);
}

TEST_CASE("Locked memory is locked, or the error names the limit") {
  if (!buffers_are_pooled())
    return; // sanitizers lock nothing
  buffer_pool pool{0};
  auto live = allocate(pool, 2, 2 * mib);
  const auto before = hearth::testing::process_status_bytes("VmLck");
  const auto lock = make_memory_lock();
  if (const auto watched = pool.watch(lock); watched) {
    CHECK(hearth::testing::process_status_bytes("VmLck") == before + 4 * mib);
    CHECK(pool.stats().pinned_bytes == 4 * mib);
    free_all(pool, live);
    CHECK(hearth::testing::process_status_bytes("VmLck") == before);
  } else {
    CHECK(watched.code() == errc::no_memory);
    CHECK(watched.error().context.find("RLIMIT_MEMLOCK") != std::string::npos);
    free_all(pool, live);
  }
}

TEST_CASE("Within its budget a pool keeps what it has, whatever else it would retain") {
  buffer_pool pool{0};
  const pool_budget budget{pool, 64 * mib};
  CHECK(pool.stats().budget_bytes == 64 * mib);
  auto live = allocate(pool, 64, mib);
  free_all(pool, live);
  CHECK(pool.stats().idle_bytes == 64 * mib);
  live = allocate(pool, 16, 4 * mib); // of another size: replaces the idle memory, except for 1/32
  CHECK(pool.stats().in_use_bytes == 64 * mib);
  CHECK(pool.stats().mapped_bytes == 66 * mib);
  free_all(pool, live);
  CHECK(pool.stats().mapped_bytes == 64 * mib);
}

TEST_CASE("Beyond its budget a pool serves, and keeps a 32nd of it idle") {
  buffer_pool pool{0};
  const pool_budget budget{pool, 64 * mib};
  auto within = allocate(pool, 32, 2 * mib);
  auto beyond = allocate(pool, 8, 2 * mib);
  CHECK(pool.stats().mapped_bytes == 80 * mib);
  free_all(pool, beyond);
  CHECK(pool.stats().mapped_bytes == 66 * mib);
  CHECK(pool.idle_bytes_max() == 2 * mib);
  const auto mapped = pool.stats().regions_mapped;
  for (int i = 0; i < 100; ++i) { // one buffer more or less maps nothing
    beyond = allocate(pool, 1, 2 * mib);
    free_all(pool, beyond);
  }
  CHECK(pool.stats().regions_mapped == mapped);
  free_all(pool, within);
  CHECK(pool.stats().mapped_bytes == 64 * mib);
}

TEST_CASE("Budgets add up, change while buffers live, and end with their owner") {
  buffer_pool pool{2 * mib};
  pool_budget first{pool, 8 * mib};
  {
    pool_budget second{pool, 8 * mib};
    CHECK(pool.stats().budget_bytes == 16 * mib);
    auto live = allocate(pool, 8, 2 * mib);
    free_all(pool, live);
    CHECK(pool.stats().idle_bytes == 16 * mib);
    second = pool_budget{pool, 4 * mib};
    CHECK(pool.stats().budget_bytes == 12 * mib);
    CHECK(pool.stats().idle_bytes == 12 * mib);
  }
  CHECK(pool.stats().budget_bytes == 8 * mib);
  CHECK(pool.stats().idle_bytes == 8 * mib);
  first.resize(4 * mib);
  CHECK(pool.stats().idle_bytes == 4 * mib);
  CHECK(pool.warm(5 * mib).code() == errc::invalid_argument);
  first.resize(0);
  CHECK(pool.idle_bytes_max() == 2 * mib);
  CHECK(pool.stats().idle_bytes == 2 * mib);
}

TEST_CASE("After warm-up a tier that is always full maps nothing more, whatever leaves it") {
  buffer_pool pool{0};
  const pool_budget budget{pool, 66 * mib};
  REQUIRE(pool.warm(66 * mib));
  const auto warmed = pool.stats().regions_mapped;
  std::mt19937 random{20261128};
  auto live = allocate(pool, 64, mib);
  for (int i = 0; i < 5'000; ++i) { // the new block is allocated before the old one is freed
    auto fresh = pool.allocate(mib).value();
    std::swap(live[random() % live.size()], fresh);
    pool.free(fresh);
  }
  CHECK(pool.stats().regions_mapped == warmed);
  CHECK(pool.stats().mapped_bytes == 66 * mib);
  free_all(pool, live);
}

TEST_CASE("Watchers come and go while other threads allocate, and hear of each region once") {
  buffer_pool pool{4 * mib};
  const auto always = std::make_shared<list_of_regions>();
  always->regions_max = 1'000;
  REQUIRE(pool.watch(always));
  const auto work = [&](unsigned seed) {
    std::mt19937 random{seed};
    for (int step = 0; step < 300; ++step) {
      auto live = allocate(pool, 1 + random() % 4, mib << random() % 3);
      free_all(pool, live);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 3; ++i)
    threads.emplace_back(work, 20261128 + i);
  for (int i = 0; i < 100; ++i) {
    const auto passing = std::make_shared<list_of_regions>();
    REQUIRE(pool.watch(passing));
    pool.unwatch(*passing);
    REQUIRE(passing->taken.empty());
    REQUIRE(passing->strange == 0);
  }
  for (auto& thread : threads)
    thread.join();
  CHECK(always->strange == 0);
  CHECK(always->bytes() == pool.stats().mapped_bytes);
  CHECK(pool.stats().pinned_bytes == pool.stats().mapped_bytes);
}
