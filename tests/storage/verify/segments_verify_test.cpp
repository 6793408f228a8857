#include "tests/storage/verify/verified_stores.hpp"

using namespace hearth::testing;

namespace {

/// One kind of damage to the store of `fill`: where it must be found, and which blocks it affects.
struct damage {
  std::string name;
  finding_kind kind;
  std::string file;
  std::uint64_t offset;
  std::uint64_t blocks; ///< blocks that recovery still presents
};

template <class World>
void do_damage(World& world, const std::string& name) {
  if (name == "payload")
    flip_bit(world, segment(0), small_record + 4096 + 17);
  else if (name == "header")
    flip_bit(world, segment(1), 60);
  else if (name == "record of elsewhere")
    overwrite(world, segment(1), 2 * small_record,
              read_file(world.files(), path_in(world, segment(0))).substr(2 * small_record, small_record));
  else if (name == "index")
    flip_bit(world, index_of(0), 4096 + 40);
  else if (name == "index header")
    flip_bit(world, index_of(0), 30);
  else if (name == "no index")
    REQUIRE(world.files().remove(path_in(world, index_of(1))));
  else if (name == "no segment")
    REQUIRE(world.files().remove(path_in(world, segment(1))));
  else if (name == "recency")
    flip_bit(world, "segments/recency", 4096);
}

} // namespace

TEMPLATE_TEST_CASE("A whole store verifies, with all that is in it counted", "", memory_segments_world,
                   posix_segments_world) {
  TestType world;
  fill(world);
  const auto before = files_of(world);
  const auto report = verify(world);
  CHECK(report.engine == "segments");
  CHECK(report.store != 0);
  CHECK(report.findings.empty());
  REQUIRE(report.parts.size() == 3);
  CHECK(report.parts[0].name == "00000000");
  CHECK(report.parts[0].index == index_state::sealed);
  CHECK(report.parts[0].listed == 5);
  CHECK(report.parts[0].blocks == 5);
  CHECK(report.parts[0].payload_bytes == 5 * small_block);
  CHECK(report.parts[0].dead_bytes == 0);
  CHECK(report.parts[2].index == index_state::open);
  CHECK(report.parts[2].blocks == 2);
  CHECK(report.parts[1].generation > report.parts[0].generation);
  CHECK(report.total().blocks == 12);
  CHECK(report.namespaces.at("a").blocks == 8);
  CHECK(report.namespaces.at("b").payload_bytes == 4 * small_block);
  CHECK(report.recency == recency_state::whole);
  CHECK(report.recency_entries == 12);
  CHECK(report.bytes_read >= 12 * small_record);
  CHECK(files_of(world) == before);
}

TEMPLATE_TEST_CASE("Damage is found where it is, with what was found and expected, and nothing is changed", "",
                   memory_segments_world, posix_segments_world) {
  TestType world;
  fill(world);
  const auto one = GENERATE(values<damage>({
      {"payload", finding_kind::payload, segment(0), small_record, 12},
      {"header", finding_kind::header, segment(1), 0, 12},
      {"record of elsewhere", finding_kind::header, segment(1), 2 * small_record, 12},
      {"index", finding_kind::index, index_of(0), 0, 7},
      {"index header", finding_kind::index, index_of(0), 0, 7},
      {"no index", finding_kind::no_index, index_of(1), 0, 7},
      {"no segment", finding_kind::no_segment, index_of(1), 0, 7},
      {"recency", finding_kind::recency, "segments/recency", 0, 12},
  }));
  CAPTURE(one.name);
  do_damage(world, one.name);
  const auto before = files_of(world);
  const auto report = verify(world);
  const auto found = only_damage(report);
  CHECK(found.kind == one.kind);
  CHECK(found.file == one.file);
  CHECK(found.offset == one.offset);
  CHECK_FALSE(found.found.empty());
  CHECK_FALSE(found.expected.empty());
  CHECK(found.found != found.expected);
  CHECK(found.repair.empty());
  CHECK(report.total().blocks == one.blocks);
  CHECK(files_of(world) == before);
}

TEMPLATE_TEST_CASE("Records that stand in each other's place are both found, with the place they belong to", "",
                   memory_segments_world, posix_segments_world) {
  TestType world;
  fill(world);
  const auto text = read_file(world.files(), path_in(world, segment(0)));
  overwrite(world, segment(0), 0, text.substr(small_record, small_record));
  overwrite(world, segment(0), small_record, text.substr(0, small_record));
  const auto report = verify(world);
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0].kind == finding_kind::header);
  CHECK(report.findings[0].key == key(1));
  CHECK(report.findings[0].found.find("offset 12288") != std::string::npos);
  CHECK(report.findings[0].expected.find("offset 0") != std::string::npos);
  CHECK(report.findings[1].offset == small_record);
  CHECK(report.parts[0].damaged == 2);
  CHECK(report.namespaces.at("a").damaged == 2);
}

TEMPLATE_TEST_CASE("A segment that was cut short is told, and each record that went with it", "", memory_segments_world,
                   posix_segments_world) {
  TestType world;
  fill(world);
  cut(world, segment(0), 4 * small_record + 100);
  const auto report = verify(world);
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0].kind == finding_kind::cut_short);
  CHECK(report.findings[0].bytes == 0);
  CHECK(report.findings[1].kind == finding_kind::cut_short);
  CHECK(report.findings[1].key == key(5));
  CHECK(report.findings[1].offset == 4 * small_record);
  CHECK(report.total().blocks == 11);
}

TEMPLATE_TEST_CASE("Records behind what the index covers are counted and verified, and a torn one is damage", "",
                   memory_segments_world, posix_segments_world) {
  TestType world;
  fill(world);
  open_small(world);
  REQUIRE(world.append(13, small_block) == errc::none);
  REQUIRE(world.append(14, small_block) == errc::none);
  world.close(); // without a sync, as after a crash of the process
  CHECK(verify(world).parts[2].behind == 2);
  CHECK(verify(world).total().blocks == 14);
  flip_bit(world, segment(2), 2 * small_record + 4096);
  const auto report = verify(world);
  const auto found = only_damage(report);
  CHECK(found.kind == finding_kind::torn);
  CHECK(found.key == key(13));
  CHECK(report.parts[2].behind == 1);
  CHECK(report.total().blocks == 13);
}

TEMPLATE_TEST_CASE("Foreign files and leftovers of a crash are reported, but are no damage", "", memory_segments_world,
                   posix_segments_world) {
  TestType world;
  fill(world);
  put_file(world.files(), path_in(world, "segments/notes.txt"), "mine");
  put_file(world.files(), path_in(world, "letters"), "mine too");
  put_file(world.files(), path_in(world, index_of(1) + ".writing"), "half");
  put_file(world.files(), path_in(world, segment(9)), std::string(small_segment, '\0'));
  put_file(world.files(), path_in(world, index_of(8)), "an index of nothing");
  put_file(world.files(), path_in(world, segment(7)), std::string(small_segment, 'x'));
  put_file(world.files(), path_in(world, index_of(7)), read_file(world.files(), path_in(world, index_of(1))));
  const auto report = verify(world);
  CHECK(report.damaged() == 0);
  CHECK(report.count(finding_kind::foreign) == 3);
  CHECK(report.count(finding_kind::unfinished) == 3);
  CHECK(report.total().blocks == 12);
}

TEMPLATE_TEST_CASE("Of two records of one key only the later one is a block", "", memory_segments_world,
                   posix_segments_world) {
  TestType world;
  fill(world);
  const auto old_index = read_file(world.files(), path_in(world, index_of(0)));
  open_small(world);
  REQUIRE(world.store->erase(key(1)));
  REQUIRE(world.append(1, small_block, 77) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.close();
  CHECK(verify(world).parts[0].dead_bytes == small_record);
  REQUIRE(world.files().remove(path_in(world, index_of(0))));
  put_file(world.files(), path_in(world, index_of(0)), old_index); // as if a crash had prevented its replacement
  flip_bit(world, segment(0), 4096);                               // the older record, which is never read
  const auto report = verify(world);
  CHECK(report.damaged() == 0);
  CHECK(report.replaced == 1);
  CHECK(report.parts[0].listed == 5);
  CHECK(report.parts[0].blocks == 4);
  CHECK(report.total().blocks == 12);
}

TEST_CASE("A record larger than what is read at once verifies as any other") {
  memory_segments_world world;
  constexpr std::size_t large = (9u << 20) + 123;
  world.open(2, large);
  REQUIRE(world.append(1, large) == errc::none);
  REQUIRE(world.append(2, large) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.close();
  CHECK(verify(world).damaged() == 0);
  CHECK(verify(world).total().payload_bytes == 2 * large);
  flip_bit(world, segment(1), 4096 + large - 1);
  CHECK(only_damage(verify(world)).kind == finding_kind::payload);
}

TEST_CASE("What the disk does not give is the damage of those records that lie there, and of no others") {
  memory_segments_world world;
  fill(world);
  bool found = false;
  for (std::uint64_t skip = 0; skip < 40; ++skip) {
    world.disk->fail_next(file_operation::read, errc::io, 2, skip); // the large read, and the small one after it
    const auto report = try_verify(world);
    CAPTURE(skip);
    if (!report) { // recovery needs it as well and would refuse the directory, too
      CHECK(report.code() == errc::io);
    } else if (report->count(finding_kind::unreadable) > 0) {
      CHECK(report->damaged() == 1);
      found = true;
    }
  }
  world.disk->fail_next(file_operation::read, errc::io, 0);
  CHECK(found);
  CHECK(verify(world).findings.empty());
}

TEST_CASE("A verification that is stopped says so and changes nothing, also where it was to repair") {
  memory_segments_world world;
  fill(world);
  do_damage(world, "payload");
  do_damage(world, "index");
  const auto before = files_of(world);
  for (int asked = 0; asked < 20; ++asked) {
    verify_hooks hooks;
    hooks.stop = [left = asked]() mutable { return left-- <= 0; };
    const auto report = try_verify(world, true, hooks);
    REQUIRE(report);
    if (!report->stopped)
      return;
    auto after = files_of(world);
    std::erase_if(after, [](const auto& file) { return file.first.starts_with("/cache/damaged/"); });
    CHECK(after == before);
  }
  FAIL("it never came to its end");
}

TEST_CASE("The progress of a verification reaches its total") {
  memory_segments_world world;
  fill(world);
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  verify_hooks hooks;
  hooks.progress = [&](std::uint64_t bytes, std::uint64_t of) {
    CHECK(bytes >= done);
    CHECK(bytes <= of);
    done = bytes;
    total = of;
  };
  REQUIRE(try_verify(world, false, hooks));
  CHECK(done >= 12 * small_record);
  CHECK(total == done);
}

TEMPLATE_TEST_CASE("A directory that is in use, is no store or is not there is refused by its name", "",
                   memory_segments_world, posix_segments_world) {
  TestType world;
  SECTION("in use") {
    open_small(world);
    CHECK(try_verify(world).code() == errc::busy);
    world.close();
  }
  SECTION("no store, and no lock is left in it") {
    const auto report = try_verify(world);
    CHECK(report.code() == errc::not_found);
    CHECK(report.error().context.find("hearth.format") != std::string::npos);
    CHECK(names_in(world.files(), directory_of(world)).empty());
  }
  SECTION("of a later version") {
    put_file(world.files(), path_in(world, "hearth.format"), "hearth cold tier\nengine segments\nversion 2\n");
    CHECK(try_verify(world).code() == errc::unsupported);
    CHECK(names_in(world.files(), directory_of(world)) == std::vector<std::string>{"hearth.format"});
  }
  SECTION("of the files engine, repaired or not") {
    REQUIRE(world.files().create_directory(path_in(world, "blocks")));
    put_file(world.files(), path_in(world, "hearth.format"), "hearth cold tier\nengine files\nversion 1\n");
    put_file(world.files(), path_in(world, "blocks/0000000000000001-" + std::string(64, 'a') + ".block"), "hearthB1");
    const auto before = files_of(world);
    const auto report = try_verify(world, GENERATE(false, true));
    REQUIRE(report.code() == errc::unsupported);
    CHECK(report.error().context.find(directory_of(world) + ": found a cold tier that the files engine") == 0);
    CHECK(files_of(world) == before);
  }
  SECTION("not there") { CHECK(verify_store(world.files(), "/no/such/place", false, {}).code() == errc::not_found); }
  SECTION("without the lock of an earlier owner: none is left behind") {
    fill(world);
    REQUIRE(world.files().remove(path_in(world, "hearth.lock")));
    const auto before = files_of(world);
    CHECK(verify(world).damaged() == 0);
    CHECK(files_of(world) == before);
  }
}
