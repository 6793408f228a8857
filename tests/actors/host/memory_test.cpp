// A host's view of the memory of its buffers.
#include "actors/host/memory.hpp"

#include "actors/host/assembly.hpp"
#include "actors/host/cache.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"
#include "tests/support/temporary_directory.hpp"

#include <atomic>
#include <memory>

using namespace hearth;
using hearth::testing::key;

namespace {

constexpr std::uint64_t mib = 1ull << 20;

/// Memory source that counts what it allocates.
class counting_watcher final : public memory_watcher {
public:
  result<void> arrives(std::span<std::byte> region) override {
    bytes += region.size();
    return {};
  }
  void leaves(std::span<std::byte> region) noexcept override { bytes -= region.size(); }

  std::atomic<std::uint64_t> bytes{0};
};

cache_options memory_only(std::uint64_t hot_bytes, std::uint64_t lease_bytes) {
  cache_options options;
  options.hot_bytes_max = hot_bytes;
  options.lease_bytes_max = lease_bytes;
  return options;
}

stats::memory_levels memory_of(cache& kept) {
  const auto snapshot = kept.stats();
  REQUIRE(snapshot);
  REQUIRE(snapshot->memory);
  return *snapshot->memory;
}

void put(cache& kept, unsigned number, std::size_t bytes) {
  auto made = mutable_buffer::allocate(bytes);
  REQUIRE(made);
  made->bytes().front() = std::byte{1};
  REQUIRE(kept.put(key(number), std::move(*made).publish()));
}

} // namespace

TEST_CASE("The snapshot tells where the memory of the process' buffers is, if they have an arena") {
  auto kept = cache::open(memory_only(8 * mib, 4 * mib)).value();
  const auto snapshot = kept.stats();
  REQUIRE(snapshot);
  REQUIRE(snapshot->memory.has_value() == buffers_are_pooled());
  if (!snapshot->memory)
    return;
  const auto before = memory_of(kept);
  put(kept, 1, mib);
  const auto after = memory_of(kept);
  CHECK(after.in_use_bytes == before.in_use_bytes + mib);
  CHECK(after.mapped_bytes == after.in_use_bytes + after.stranded_bytes + after.idle_bytes);
  CHECK(after.huge_page_bytes <= after.mapped_bytes);
}

TEST_CASE("A cache's limits in memory are its share of the pool's budget, while it is open and as they change") {
  if (!buffers_are_pooled())
    return;
  const auto before = process_buffer_pool().stats().budget_bytes;
  {
    auto kept = cache::open(memory_only(8 * mib, 4 * mib)).value();
    CHECK(memory_of(kept).budget_bytes == before + 12 * mib); // no cold tier: no write is ever pending
    REQUIRE(kept.limit({.hot_bytes_max = 6 * mib}));
    CHECK(memory_of(kept).budget_bytes == before + 10 * mib);
  }
  CHECK(process_buffer_pool().stats().budget_bytes == before);
  {
    const testing::temporary_directory directory;
    auto kept = cache::open({.directory = directory.path(),
                             .hot_bytes_max = 8 * mib,
                             .cold_bytes_max = 64 * mib,
                             .writer_queue_bytes = 2 * mib,
                             .lease_bytes_max = 4 * mib,
                             .block_bytes_max = mib})
                    .value();
    CHECK(memory_of(kept).budget_bytes == before + 14 * mib);
  }
  CHECK(process_buffer_pool().stats().budget_bytes == before);
}

TEST_CASE("After warm-up puts into a full hot tier map no memory, and what is mapped stays within the budget") {
  if (!buffers_are_pooled())
    return;
  const auto budget_before = process_buffer_pool().stats().budget_bytes;
  auto kept = cache::open(memory_only(32 * mib, 8 * mib)).value();
  REQUIRE(process_buffer_pool().warm(32 * mib));
  unsigned number = 0;
  while (number < 200)
    put(kept, number++, mib / 4);
  const auto warm = memory_of(kept);
  while (number < 2'000)
    put(kept, number++, mib / 4);
  const auto now = memory_of(kept);
  CHECK(now.regions_mapped == warm.regions_mapped);
  CHECK(now.regions_unmapped == warm.regions_unmapped);
  CHECK(now.in_use_bytes <= 33 * mib);
  CHECK(now.mapped_bytes <= budget_before + 40 * mib);
}

TEST_CASE("A host pins the memory that blocks are in, and sees how much of it is") {
  if (!buffers_are_pooled())
    return;
  auto kept = cache::open(memory_only(8 * mib, 4 * mib)).value();
  const auto pinning = std::make_shared<counting_watcher>();
  REQUIRE(process_buffer_pool().watch(pinning));
  for (unsigned number = 0; number < 6; ++number)
    put(kept, number, mib);
  const auto now = memory_of(kept);
  CHECK(now.pinned_bytes == now.mapped_bytes);
  CHECK(now.pinned_bytes == pinning->bytes);
  CHECK(now.pinned_bytes >= 6 * mib);
  process_buffer_pool().unwatch(*pinning);
  CHECK(pinning->bytes == 0);
  CHECK(memory_of(kept).pinned_bytes == 0);
}
