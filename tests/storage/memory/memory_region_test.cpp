#include "storage/memory/memory_region.hpp"
#include "tests/support/catch.hpp"

#include <cerrno>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <utility>

#include <sys/mman.h>
#include <sys/prctl.h>

using namespace hearth::storage;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

bool mapped(std::byte* at) {
  unsigned char resident = 0;
  return ::mincore(at, 4096, &resident) == 0 || errno != ENOMEM;
}

/// Whether every page is resident, so that its first user has no page fault.
bool touched(const memory_region& region) {
  for (std::size_t offset = 0; offset < region.size_bytes; offset += 4096) {
    unsigned char resident = 0;
    if (::mincore(region.bytes + offset, 4096, &resident) != 0 || (resident & 1) == 0)
      return false;
  }
  return true;
}

} // namespace

TEST_CASE("A region is aligned, touched to its end, and gone once unmapped") {
  const auto size = GENERATE(std::size_t{4096}, 2 * mib, 5 * mib / 2, 6 * mib, 7 * mib);
  auto regions = map_region(system_memory(), size);
  REQUIRE(regions);
  REQUIRE(regions->size() == 1);
  const auto region = regions->front();
  CHECK(region.size_bytes == size);
  CHECK(reinterpret_cast<std::uintptr_t>(region.bytes) % huge_page_alignment == 0);
  CHECK(touched(region));
  CHECK(region.huge_page_bytes <= size);
  CHECK(region.huge_page_bytes % huge_page_alignment == 0);
  region.bytes[size - 1] = std::byte{1};
  unmap(std::move(*regions));
  CHECK_FALSE(mapped(region.bytes));
  CHECK_FALSE(mapped(region.bytes + size - 4096));
}

TEST_CASE("Where huge pages are switched off, regions do without them") {
  if (::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0)
    return; // this system has no such switch
  auto regions = map_region(system_memory(), 4 * mib);
  ::prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
  REQUIRE(regions);
  CHECK(touched(regions->front()));
  CHECK(regions->front().huge_page_bytes == 0);
  unmap(std::move(*regions));
}

TEST_CASE("A region that no address space holds is refused, with the reason") {
  const auto regions = map_region(system_memory(), std::numeric_limits<std::size_t>::max() / 4096 * 4096);
  CHECK(regions.code() == errc::no_memory);
  CHECK(regions.error().context.find("memory") != std::string::npos);
}

TEST_CASE("Slots are taken lowest first and never twice") {
  const auto slots = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{63}, std::size_t{64}, std::size_t{65},
                              std::size_t{511}, slot_set::slots_max);
  slot_set set{slots};
  CHECK(set.slots() == slots);
  std::set<std::size_t> taken;
  for (std::size_t i = 0; i < slots; ++i) {
    CHECK(set.free() == slots - i);
    CHECK(set.take() == i);
    taken.insert(i);
  }
  CHECK(set.free() == 0);
  std::mt19937 random{20261123};
  for (int step = 0; step < 2000; ++step) {
    if (random() % 2 == 0 && !taken.empty()) {
      const auto given_back = *std::next(taken.begin(), static_cast<std::ptrdiff_t>(random() % taken.size()));
      taken.erase(given_back);
      set.put(given_back);
    } else if (set.free() > 0) {
      const auto slot = set.take();
      REQUIRE(slot < slots);
      REQUIRE(taken.insert(slot).second);
    }
    REQUIRE(set.free() == slots - taken.size());
  }
}

TEST_CASE("A set of no slots has none free") { CHECK(slot_set{}.free() == 0); }
