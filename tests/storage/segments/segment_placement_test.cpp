#include "storage/segments/segment_placement.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::storage;

namespace {

constexpr std::uint64_t record = 8192;  ///< bytes: eight of them fill a segment
constexpr std::uint64_t large = 65'536; ///< does not share a segment

/// Segments of 64 KiB, with placement.
struct placement_world {
  placement_world() {
    config.segment_bytes = 65'536;
    config.bytes_max = 1 << 24;
    config.reclaim_ahead_bytes = 1 << 20; // so that a quarter of a segment counts
  }
  segment& make(std::uint32_t slot, std::uint64_t record_bytes = record) {
    auto& made = segments.add(slot);
    static_cast<segment_shape&>(made) = segment_shape_for(config, record_bytes);
    return made;
  }
  void ready(std::uint32_t slot, std::uint64_t record_bytes = record) { placement.add_ready(make(slot, record_bytes)); }
  /// Adds an incomplete segment, as recovery does.
  void found(std::uint32_t slot, std::uint64_t generation, std::uint64_t cursor) {
    auto& one = make(slot);
    one.generation = generation;
    one.cursor = cursor;
    placement.adopt(one);
  }
  segment_state state(std::uint32_t slot) { return segments.at(slot).state; }

  segments_store_config config;
  segment_table segments{1 << 24};
  segment_placement placement{config, segments};
};

} // namespace

TEST_CASE("Records are placed one behind the other, and the next ready segment follows the full one") {
  placement_world world;
  CHECK_FALSE(world.placement.place(record));
  world.ready(3);
  world.ready(1);
  for (std::uint64_t i = 0; i < 8; ++i)
    CHECK(world.placement.place(record) == segment_offset{3, i * record});
  CHECK(world.state(3) == segment_state::open);
  CHECK(world.placement.place(record) == segment_offset{1, 0});
  CHECK(world.state(3) == segment_state::sealing);
  CHECK(world.segments.sealing() == std::set<std::uint32_t>{3});
  CHECK(world.state(1) == segment_state::open);
}

TEST_CASE("A segment that a record does not fit into is sealed although no other is ready") {
  placement_world world;
  world.ready(0);
  REQUIRE(world.placement.place(3 * record));
  REQUIRE(world.placement.place(3 * record));
  CHECK_FALSE(world.placement.place(3 * record));
  CHECK(world.state(0) == segment_state::sealing);
  world.ready(1);
  CHECK(world.placement.place(3 * record) == segment_offset{1, 0});
}

TEST_CASE("A segment takes no more records than its index has room for") {
  placement_world world;
  world.ready(0);
  world.segments.at(0).records_max = 2;
  REQUIRE(world.placement.place(record));
  REQUIRE(world.placement.place(record));
  CHECK_FALSE(world.placement.place(record));
}

TEST_CASE("A large record gets a ready segment of its own, sealed at once, and the open one stays open") {
  placement_world world;
  world.ready(0);
  REQUIRE(world.placement.place(record));
  CHECK_FALSE(world.placement.place(large)); // it does not go into a shared segment
  CHECK(world.state(0) == segment_state::open);
  world.ready(1);
  world.ready(2, large);
  CHECK(world.placement.place(large) == segment_offset{2, 0});
  CHECK(world.state(2) == segment_state::sealing);
  CHECK(world.placement.place(record) == segment_offset{0, record});
  CHECK(world.state(1) == segment_state::ready);
}

TEST_CASE("A copy goes into the rest of the open segment only, and seals nothing") {
  placement_world world;
  world.ready(0);
  CHECK_FALSE(world.placement.place_copy(record)); // no segment is open
  REQUIRE(world.placement.place(3 * record));
  REQUIRE(world.placement.place(3 * record));
  CHECK(world.placement.place_copy(record) == segment_offset{0, 6 * record});
  CHECK_FALSE(world.placement.place_copy(2 * record));
  CHECK_FALSE(world.placement.place_copy(large));
  CHECK(world.state(0) == segment_state::open);
}

TEST_CASE("A record counts as being written from its place to the end of its write") {
  placement_world world;
  world.ready(0);
  const auto first = world.placement.place(record);
  const auto second = world.placement.place(record);
  REQUIRE((first && second));
  const auto& in = world.segments.at(0);
  CHECK(in.records == 2);
  CHECK(in.written() == 0);
  world.placement.ended(*first);
  CHECK(in.written() == record);
  world.placement.ended(*second);
  CHECK(in.written() == 2 * record);
}

TEST_CASE("Of the incomplete segments that recovery finds the newest goes on, the others are sealed") {
  placement_world world;
  world.found(0, 5, record);
  world.found(1, 7, 2 * record);
  world.found(2, 6, record);
  CHECK(world.segments.sealing() == std::set<std::uint32_t>{0, 2});
  CHECK(world.placement.place(record) == segment_offset{1, 2 * record});
}

TEST_CASE("An incomplete segment with less than a quarter of room is sealed at open") {
  placement_world world;
  world.found(0, 1, 6 * record + 4096);
  CHECK(world.state(0) == segment_state::sealing);
  world.found(1, 2, 6 * record);
  CHECK(world.state(1) == segment_state::open);
}

TEST_CASE("The next segment is asked for when less than a quarter of the open one is left and none is ready") {
  placement_world world;
  CHECK_FALSE(world.placement.nearly_full());
  world.ready(0);
  REQUIRE(world.placement.place(3 * record));
  REQUIRE(world.placement.place(3 * record));
  CHECK_FALSE(world.placement.nearly_full());
  REQUIRE(world.placement.place(record));
  CHECK(world.placement.nearly_full());
  world.ready(1);
  CHECK_FALSE(world.placement.nearly_full());
  CHECK(world.placement.take_ready() == 1u);
  CHECK(world.placement.nearly_full());
  world.config.reclaim_ahead_bytes = 0; // only on demand
  CHECK_FALSE(world.placement.nearly_full());
}

TEST_CASE("The ready segment that was added last is taken back first") {
  placement_world world;
  world.ready(0);
  world.ready(1);
  CHECK(world.placement.take_ready() == 1u);
  CHECK(world.placement.take_ready() == 0u);
  CHECK_FALSE(world.placement.take_ready());
}

TEST_CASE("A full disk seals the segment it was met in only if that is the open one") {
  placement_world world;
  world.ready(0);
  world.ready(1);
  REQUIRE(world.placement.place(record));
  world.placement.no_space_in(1);
  CHECK(world.state(0) == segment_state::open);
  world.placement.no_space_in(0);
  CHECK(world.state(0) == segment_state::sealing);
  CHECK(world.placement.place(record) == segment_offset{1, 0});
}

TEST_CASE("Nothing is placed in a segment that was forgotten") {
  placement_world world;
  world.found(0, 1, record);
  world.placement.forget(0);
  world.segments.remove(0);
  CHECK_FALSE(world.placement.seal_open());
  CHECK_FALSE(world.placement.place(record));
}

TEST_CASE("The next segment is made for records as long as the last one") {
  placement_world world;
  CHECK(world.placement.last_record_bytes() == 0);
  world.placement.note_record(3 * record);
  CHECK(world.placement.last_record_bytes() == 3 * record);
  world.ready(0);
  REQUIRE(world.placement.place(record));
  CHECK(world.placement.last_record_bytes() == record);
}
