#include "storage/segments/segment_budget.hpp"
#include "storage/segments/segment_index.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::storage;

namespace {

/// A budget with room for `segments` segments of 64 KiB.
struct budget_world {
  explicit budget_world(std::uint64_t segments, std::uint64_t free_bytes_min = 0) {
    config.segment_bytes = 65'536;
    config.free_bytes_min = free_bytes_min;
    shape = segment_shape_for(config, 8192);
    config.bytes_max = 1 << 20; // the fixed part depends slightly on it
    fixed = segments_fixed_bytes(config);
    config.bytes_max = fixed + segments * shape.charge();
    REQUIRE(segments_fixed_bytes(config) == fixed);
  }
  segments_store_config config;
  segment_shape shape;
  std::uint64_t fixed = 0;
};

} // namespace

TEST_CASE("A budget starts with its fixed part used, and counts the file and the index of each segment") {
  budget_world world{2};
  segment_budget budget{world.config};
  CHECK(budget.used() == world.fixed);
  budget.take(world.shape);
  CHECK(budget.used() == world.fixed + world.shape.bytes + segment_index_bytes(world.shape.records_max));
  CHECK(budget.has_room(world.shape));
  budget.take(world.shape);
  CHECK(budget.used() == budget.bytes_max());
  CHECK_FALSE(budget.has_room(world.shape));
  CHECK_FALSE(budget.exceeded());
  budget.give_back(world.shape);
  CHECK(budget.has_room(world.shape));
}

TEST_CASE("A budget that is lowered below what is used is exceeded until enough was given back") {
  budget_world world{3};
  segment_budget budget{world.config};
  for (int i = 0; i < 3; ++i)
    budget.take(world.shape);
  const auto one = world.fixed + world.shape.charge();
  REQUIRE(budget.may_change(one));
  budget.change(one);
  CHECK(budget.exceeded());
  budget.give_back(world.shape);
  CHECK(budget.exceeded());
  budget.give_back(world.shape);
  CHECK_FALSE(budget.exceeded());
  CHECK(budget.used() == one);
}

TEST_CASE("A budget refuses a limit below one segment, and says what the least is") {
  budget_world world{2};
  const segment_budget budget{world.config};
  const auto least = world.fixed + world.shape.charge();
  CHECK(budget.may_change(least));
  const auto refused = budget.may_change(least - 1);
  CHECK(refused.code() == errc::invalid_argument);
  CHECK(refused.error().context.find("expected " + std::to_string(least) + " or more") != std::string::npos);
}

TEST_CASE("A block fits a budget if its segment fits into the empty store") {
  budget_world world{2};
  segment_budget budget{world.config};
  budget.take(world.shape);
  budget.take(world.shape);
  CHECK(budget.check(4096));
  CHECK(budget.check(100'000)); // needs a segment of its own, smaller than the two
  CHECK(budget.check(2 * world.shape.charge()).code() == errc::too_large);
  budget.change(world.fixed + world.shape.charge());
  CHECK(budget.check(4096));
  CHECK(budget.check(100'000).code() == errc::too_large);
}

TEST_CASE("A floor of free space lowers the limit by what is missing, down to the fixed part, and frees it again") {
  budget_world world{4, 1'000'000};
  segment_budget budget{world.config};
  budget.take(world.shape);
  const auto used = budget.used();
  CHECK(budget.disk_has(1'000'000 + world.shape.charge()));
  CHECK(budget.limit() == used + world.shape.charge());
  CHECK(budget.disk_is_short());
  CHECK(budget.disk_has(1'000'000 - 4096));
  CHECK(budget.limit() == used - 4096);
  CHECK(budget.exceeded());
  CHECK(budget.disk_has(0));
  CHECK(budget.limit() == world.fixed);
  CHECK(budget.disk_has(1ull << 40));
  CHECK(budget.limit() == budget.bytes_max());
  CHECK_FALSE(budget.disk_is_short());
}

TEST_CASE("Without a floor of free space the budget does not depend on the disk") {
  budget_world world{2};
  segment_budget budget{world.config};
  CHECK_FALSE(budget.disk_has(0));
  CHECK(budget.limit() == budget.bytes_max());
}
