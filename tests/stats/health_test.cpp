#include "stats/health.hpp"

#include "tests/support/catch.hpp"

using namespace hearth::stats;

namespace {

/// Lets a counter grow by `growth` in the last minute.
void grow(snapshot& item, const std::string& path, std::uint64_t growth) {
  for (std::size_t i = 0; i < figure_count; ++i)
    if (figures()[i].name == path) {
      item.whole.recent.grown[0].grown[i] = growth;
      return;
    }
  FAIL("no figure " << path);
}

snapshot after_a_minute() {
  snapshot item;
  item.whole.recent.grown[0].ms = 60'000;
  return item;
}

} // namespace

TEST_CASE("A cache that loses nothing is well, with a cold tier and without") {
  auto item = after_a_minute();
  grow(item, "ledger.offered.blocks", 100);
  grow(item, "ledger.dropped.orphan.blocks", 3); // no get could have used it
  CHECK(health_of(item).status == health_status::ok);
  item.whole.gauges.cold_state = cold_state::attached;
  CHECK(health_of(item).reasons.empty());
  CHECK(to_json(health_of(item)) == "{\n  \"version\": 1,\n  \"status\": \"ok\",\n  \"reasons\": []\n}");
}

TEST_CASE("Drops of the last minute degrade a cache, and the reason says how fast the disk is") {
  auto item = after_a_minute();
  grow(item, "ledger.dropped.evict_full.blocks", 30);
  grow(item, "ledger.dropped.preflight_full.blocks", 12);
  grow(item, "ledger.offered.bytes", 60ull << 30);
  grow(item, "ledger.persisted.bytes", 30ull << 30);
  const auto found = health_of(item);
  CHECK(found.status == health_status::degraded);
  REQUIRE(found.reasons.size() == 1);
  CHECK(found.reasons[0] ==
        health_reason{"drops", "the writer's full mailbox rejected 42 blocks in the last 60 s (evict_full 30, "
                               "preflight_full 12): 1 GiB/s were offered, the disk took 512 MiB/s"});
}

TEST_CASE("A cache names all that is wrong with it, the worst first") {
  auto item = after_a_minute();
  item.whole.gauges.cold_state = cold_state::detached;
  grow(item, "lost.blocks", 2);
  grow(item, "ledger.failed.no_space.blocks", 5);
  grow(item, "ledger.dropped.late_full.blocks", 1);
  grow(item, "errors", 7);
  std::vector<std::string> ids;
  for (const auto& reason : health_of(item).reasons)
    ids.push_back(reason.id);
  CHECK(ids == std::vector<std::string>{"detached", "lost", "write_failures", "drops", "errors"});
}
