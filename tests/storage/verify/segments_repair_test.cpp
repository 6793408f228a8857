#include "storage/format/checksum.hpp"
#include "storage/verify/segment_salvage.hpp"
#include "tests/storage/verify/verified_stores.hpp"

#include <filesystem>
#include <functional>
#include <set>

#include <sys/stat.h>

using namespace hearth::testing;

namespace {

/// After a repair the store opens, serves these blocks byte for byte, and misses the others of 1 to `last`.
template <class World>
void serves_all_but(World& world, const std::set<unsigned>& missing, unsigned last = 12) {
  open_small(world);
  CHECK(world.report.damaged == 0);
  CHECK(world.report.foreign == 0);
  for (unsigned i = 1; i <= last; ++i) {
    CAPTURE(i);
    const auto got = world.read(i, i % 3 == 0 ? 1 : 0);
    if (missing.contains(i))
      CHECK(got.code() == errc::not_found);
    else
      CHECK((got.ok() && same(got.value(), payload(i, small_block))));
  }
  world.close();
}

/// Repairs, then verifies that no finding is left.
template <class World>
verify_report repair(World& world) {
  auto report = verify(world, true);
  CHECK(report.repaired() == report.damaged());
  const auto again = verify(world);
  for (const auto& one : again.findings)
    UNSCOPED_INFO(one.file << ": " << to_string(one.kind) << ", " << one.found);
  CHECK(again.damaged() == 0);
  return report;
}

} // namespace

TEMPLATE_TEST_CASE("A damaged block is put aside with the reason, and all others are served", "", memory_segments_world,
                   posix_segments_world) {
  TestType world;
  fill(world);
  flip_bit(world, segment(0), small_record + 4096 + 17);
  flip_bit(world, segment(1), 60);
  const auto bytes = read_file(world.files(), path_in(world, segment(0))).substr(small_record, small_record);
  const auto report = repair(world);
  CHECK(report.repaired() == 2);
  CHECK(report.findings[0].repair == "kept as damaged/00000000-12288.bin; taken out of the index");
  CHECK(names_in(world.files(), path_in(world, "damaged")) ==
        std::vector<std::string>{"00000000-12288.bin", "00000000-12288.txt", "00000001-0.bin", "00000001-0.txt"});
  CHECK(read_file(world.files(), path_in(world, "damaged/00000000-12288.bin")) == bytes);
  const auto reason = read_file(world.files(), path_in(world, "damaged/00000000-12288.txt"));
  CHECK(reason.find("kind: payload\nfile: segments/00000000.segment\noffset: 12288\nbytes: 12288\n") == 0);
  CHECK(reason.find("key: " + to_hex(key(2))) != std::string::npos);
  CHECK(reason.find("expected: checksum ") != std::string::npos);
  serves_all_but(world, {2, 6});
}

TEMPLATE_TEST_CASE("A segment that was cut short keeps what is left of it", "", memory_segments_world,
                   posix_segments_world) {
  TestType world;
  fill(world);
  SECTION("a sealed one") {
    cut(world, segment(0), 4 * small_record + 100);
    CHECK(repair(world).repaired() == 2);
    CHECK(read_file(world.files(), path_in(world, "damaged/00000000-49152.bin")).size() == 100);
    serves_all_but(world, {5});
  }
  SECTION("the open one") {
    cut(world, segment(2), small_record);
    CHECK(repair(world).repaired() == 2);
    serves_all_but(world, {12});
  }
  SECTION("one of which nothing is left") {
    cut(world, segment(2), 10);
    CHECK(repair(world).repaired() == 1);
    serves_all_but(world, {11, 12});
  }
}

TEMPLATE_TEST_CASE("A torn record is put aside, and what was written behind it stays", "", memory_segments_world,
                   posix_segments_world) {
  TestType world;
  fill(world);
  open_small(world);
  REQUIRE(world.append(13, small_block) == errc::none);
  REQUIRE(world.append(14, small_block) == errc::none);
  world.close();
  flip_bit(world, segment(2), 2 * small_record + 4096);
  CHECK(repair(world).repaired() == 1);
  CHECK(verify(world).parts[2].listed == 3);
  open_small(world);
  CHECK(world.numbers().size() == 13);
  CHECK(same(world.read(14).value(), payload(14, small_block)));
  CHECK(world.append(13, small_block) == errc::none); // and the segment accepts further blocks
  CHECK(same(world.read(13).value(), payload(13, small_block)));
  world.close();
}

TEMPLATE_TEST_CASE("The records of a segment whose index is damaged or gone are listed again", "",
                   memory_segments_world, posix_segments_world) {
  TestType world;
  fill(world);
  const auto slot = GENERATE(0u, 2u);
  SECTION("damaged") {
    flip_bit(world, index_of(slot), 4096 + 40);
    const auto bytes = read_file(world.files(), path_in(world, index_of(slot)));
    CHECK(repair(world).salvaged == (slot == 0 ? 5 : 2));
    CHECK(read_file(world.files(), path_in(world, "damaged/" + to_string(slot, segment_file_kind::index))) == bytes);
    serves_all_but(world, {});
  }
  SECTION("empty") {
    cut(world, index_of(slot), 0);
    CHECK(repair(world).salvaged == (slot == 0 ? 5 : 2));
    serves_all_but(world, {});
  }
  SECTION("gone") {
    REQUIRE(world.files().remove(path_in(world, index_of(slot))));
    CHECK(repair(world).salvaged == (slot == 0 ? 5 : 2));
    serves_all_but(world, {});
  }
  SECTION("damaged, and a block as well") {
    flip_bit(world, index_of(0), 50);
    flip_bit(world, segment(0), small_record + 4096 + 17);
    const auto report = repair(world);
    CHECK(report.salvaged == 4);
    CHECK(report.repaired() == 2);
    serves_all_but(world, {2});
  }
  SECTION("and where there is no whole record the segment is empty to the next recovery") {
    flip_bit(world, index_of(2), 4096);
    overwrite(world, segment(2), 0, std::string(2 * small_record, '\0'));
    CHECK(repair(world).salvaged == 0);
    CHECK(verify(world).parts[2].index == index_state::missing);
    serves_all_but(world, {11, 12});
  }
}

TEMPLATE_TEST_CASE("An index without a segment and a damaged snapshot of recency are put aside", "",
                   memory_segments_world, posix_segments_world) {
  TestType world;
  fill(world);
  REQUIRE(world.files().remove(path_in(world, segment(1))));
  flip_bit(world, "segments/recency", 4096);
  CHECK(repair(world).repaired() == 2);
  CHECK(names_in(world.files(), path_in(world, "damaged")) ==
        std::vector<std::string>{"00000001.index", "00000001.txt", "recency.bin", "recency.txt"});
  CHECK(verify(world).recency == recency_state::none);
  serves_all_but(world, {6, 7, 8, 9, 10});
}

TEMPLATE_TEST_CASE("What a damaged block had replaced does not come back in its place", "", memory_segments_world,
                   posix_segments_world) {
  TestType world;
  fill(world);
  const auto old_index = read_file(world.files(), path_in(world, index_of(0)));
  open_small(world);
  REQUIRE(world.store->erase(key(1)));
  REQUIRE(world.append(1, small_block, 77) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.close();
  REQUIRE(world.files().remove(path_in(world, index_of(0))));
  put_file(world.files(), path_in(world, index_of(0)), old_index);
  flip_bit(world, segment(2), 2 * small_record + 4096);
  CHECK(repair(world).repaired() == 1);
  serves_all_but(world, {1});
}

TEST_CASE("What is put aside is for its owner only, and a second repair leaves the first one's files alone") {
  posix_segments_world world;
  fill(world);
  for (unsigned round = 0; round < 2; ++round) {
    flip_bit(world, segment(0), 4096 + 17 + round);
    CHECK(repair(world).repaired() == 1);
    if (round == 0) { // the place is listed again, as after recycling the segment
      const auto index = read_segment_index(world.files(), path_in(world, index_of(0)));
      auto changed = *index;
      changed.entries.insert(changed.entries.begin(),
                             {key(1), 1, 0, small_block, changed.entries.front().name, 0, 0, 0});
      REQUIRE(write_segment_index(world.files(), path_in(world, index_of(0)), changed));
    }
  }
  CHECK(names_in(world.files(), path_in(world, "damaged")) ==
        std::vector<std::string>{"00000000-0-2.bin", "00000000-0-2.txt", "00000000-0.bin", "00000000-0.txt"});
  struct stat about {};
  REQUIRE(::stat(path_in(world, "damaged").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0700);
  for (const auto& name : names_in(world.files(), path_in(world, "damaged"))) {
    REQUIRE(::stat(path_in(world, "damaged/" + name).c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
  }
}

TEST_CASE("A repair that fails on the way loses nothing, and the next one ends it") {
  const auto operation = GENERATE(file_operation::open, file_operation::write, file_operation::sync,
                                  file_operation::rename, file_operation::remove);
  for (std::uint64_t skip = 0; skip < 40; ++skip) {
    CAPTURE(static_cast<int>(operation), skip);
    memory_segments_world world;
    fill(world);
    flip_bit(world, segment(0), 4096 + 17);
    flip_bit(world, index_of(1), 50);
    flip_bit(world, "segments/recency", 4096);
    world.disk->fail_next(operation, errc::io, 1, skip);
    const auto report = try_verify(world, true);
    world.disk->fail_next(operation, errc::io, 0);
    CHECK((!report || report->repair_failure || report->repaired() == 3));
    const auto rest = verify(world, true);
    CHECK(rest.repaired() == rest.damaged());
    // A repair that is not durable yet is reported as failed, although it was made.
    if (report && operation != file_operation::sync)
      CHECK(rest.damaged() == 3 - report->repaired());
    CHECK(verify(world).damaged() == 0);
    serves_all_but(world, {1});
  }
}

TEST_CASE("A segment without its index is taken for what its latest generation wrote") {
  memory_segments_world world;
  auto& files = *world.disk;
  auto made = files.open("/cache/segment", open_mode::create);
  REQUIRE(made);
  const auto put = [&](std::uint64_t generation, std::uint64_t offset, unsigned number, bool whole) {
    const auto bytes = payload(number, small_block);
    segment_record record;
    record.place = {7, 1, generation, offset};
    record.sequence = number;
    record.block = {key(number), "a", std::nullopt, small_block, checksum(bytes.bytes()) + (whole ? 0 : 1)};
    const auto header = encode(record);
    const std::array<std::span<const std::byte>, 2> parts{header, bytes.padded_bytes()};
    REQUIRE((*made)->write(offset, parts));
  };
  for (unsigned i = 0; i < 5; ++i)
    put(3, i * small_record, 10 + i, true);
  put(4, 0, 20, true);
  put(4, small_record, 21, false);           // torn
  put(9, 4 * small_record + 4096, 30, true); // extends beyond the end: not a valid record
  auto window = segment_window::open(files, "/cache/segment", small_segment);
  REQUIRE(window);
  const auto salvaged = salvage_segment(*window, 7, 1, small_segment, [] { return false; });
  REQUIRE(salvaged);
  CHECK(salvaged->generation == 4);
  REQUIRE(salvaged->records.size() == 1);
  CHECK(salvaged->records[0].block.key == key(20));
  REQUIRE(salvaged->torn.size() == 1);
  CHECK(salvaged->torn[0].block.key == key(21));
  CHECK(salvage_segment(*window, 8, 1, small_segment, [] { return false; })->generation == 0); // of another store
  CHECK(salvage_segment(*window, 7, 2, small_segment, [] { return false; })->generation == 0); // of another slot
}
