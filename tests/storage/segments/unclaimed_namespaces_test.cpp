#include "tests/storage/segments/segments_on_disk.hpp"

using namespace hearth::testing;

// Blocks of unclaimed namespaces in a reopened store are evicted first.

namespace {

/// Three full segments of eight blocks, written for two models: 0 to 7 for "new", 8 to 15 for "old", then six for "old"
/// and two for "new". The store is reopened without spare room; no namespace is claimed yet.
struct reopened_world : segments_world {
  explicit reopened_world(reclaim_order order, unsigned percent = 0) {
    tuning.order = order;
    tuning.reappend_percent = percent;
    const auto fresh = name("new");
    const auto old = name("old");
    open_segments(3);
    for (unsigned i = 0; i < 24; ++i)
      REQUIRE(append(i, 4096, 0, i < 8 || i > 21 ? fresh : old) == errc::none);
    REQUIRE(sync() == errc::none);
    close();
    namespaces = std::make_shared<namespace_table>(4);
  }
  namespace_id name(const char* text) { return namespaces->claim(text).value(); }

  /// Writes eight blocks, beginning with `first`: the first one needs a new segment.
  void fill_segment(unsigned first, namespace_id in) {
    for (auto i = first; i < first + 8; ++i)
      REQUIRE(append(i, 4096, 0, in) == errc::none);
    REQUIRE(balanced());
  }
  [[nodiscard]] bool has_all(unsigned first, unsigned last) const {
    for (auto i = first; i <= last; ++i)
      if (!has(i))
        return false;
    return true;
  }
};

} // namespace

TEST_CASE("Segments of unclaimed namespaces are evicted before those of the one in use, however old it is") {
  reopened_world world{GENERATE(reclaim_order::fifo, reclaim_order::least_useful)};
  world.open_segments(3);
  const auto fresh = world.name("new");
  CHECK(world.numbers().size() == 24); // unclaimed blocks stay while there is room

  world.fill_segment(24, fresh);
  CHECK(world.has_all(0, 7));
  CHECK_FALSE(world.has(8));
  CHECK(world.has_all(16, 31));
  world.fill_segment(32, fresh); // three quarters of the third segment are unclaimed
  CHECK(world.has_all(0, 7));
  CHECK_FALSE(world.has(16));
  world.fill_segment(40, fresh); // no unclaimed block is left: evicts the oldest
  CHECK_FALSE(world.has(0));
  CHECK(world.has_all(24, 47));
}

TEST_CASE("A namespace that is claimed has no disadvantage any more, at once") {
  reopened_world world{GENERATE(reclaim_order::fifo, reclaim_order::least_useful)};
  world.open_segments(3);
  const auto fresh = world.name("new");
  const bool early = GENERATE(true, false);
  if (!early)
    world.fill_segment(24, fresh);
  const auto old = world.name("old");
  CHECK(world.has_all(16, 23));
  world.fill_segment(32, fresh);
  CHECK_FALSE(world.has(0));
  CHECK(world.has(8) == early);
  CHECK(world.has_all(16, 23));
  CHECK(same(world.read(16, old).value(), payload(16, 4096)));
}

TEST_CASE("A block of an unclaimed namespace is not reappended, even if it was used") {
  reopened_world world{reclaim_order::fifo, 50};
  world.tuning.reclaim_ahead_bytes = 32'768;
  world.open_segments(4);
  const auto fresh = world.name("new");
  const bool claimed = GENERATE(false, true);
  if (claimed)
    static_cast<void>(world.name("old"));
  for (const unsigned used : {0, 8, 9, 10})
    world.store->touch(key(used));
  world.fill_segment(24, fresh); // the next segment is prepared when one place is left
  CHECK(world.store->activity().reappended_bytes == (claimed ? 8192 : 0));
  CHECK_FALSE(world.has(claimed ? 1 : 8));
  CHECK(world.has(0)); // not in the victim, or copied
}

TEST_CASE("Opened with less room than before, a store asks its policy alone: nobody could name anything yet") {
  reopened_world world{GENERATE(reclaim_order::fifo, reclaim_order::least_useful)};
  static_cast<void>(world.name("new"));
  world.open_segments(2);
  CHECK_FALSE(world.has(0));
  CHECK(world.has_all(8, 23));
  CHECK(world.report.reclaimed == 8);
}
