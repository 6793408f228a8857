#include "tests/storage/segments/segments_on_disk.hpp"

using namespace hearth::testing;

namespace {

std::vector<std::pair<std::string, std::string>> all_files(file_system& files) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto* folder : {"/cache", "/cache/segments", "/cache/blocks"})
    if (const auto listed = files.list(folder); listed)
      for (const auto& entry : *listed)
        if (entry.kind == entry_kind::regular)
          all.emplace_back(folder + ("/" + entry.name), read_file(files, folder + ("/" + entry.name)));
  return all;
}

} // namespace

TEST_CASE("A directory that the files engine of hearth 0.1 wrote is refused untouched, with what to do") {
  segments_world world;
  const auto block = "/cache/blocks/0000000000000001-" + std::string(64, 'a') + ".block";
  put_file(*world.disk, "/cache/hearth.format", "hearth cold tier\nengine files\nversion 1\n");
  const bool has_lock = GENERATE(false, true);
  if (has_lock)
    put_file(*world.disk, "/cache/hearth.lock", "1\n");
  REQUIRE(world.disk->create_directory("/cache/blocks"));
  put_file(*world.disk, block, "hearthB1" + std::string(5000, 'x'));
  put_file(*world.disk, block + ".writing", "half");
  const auto names = names_in(*world.disk, "/cache");
  const auto before = all_files(*world.disk);
  const auto opened = world.try_open(world.room(2));
  REQUIRE(opened.code() == errc::unsupported);
  INFO(opened.error().context);
  for (const auto* said : {"/cache: found a cold tier that the files engine of hearth 0.1 wrote",
                           "expected one of segments", "move the content of the directory away", "an empty directory"})
    CHECK(opened.error().context.find(said) != std::string::npos);
  CHECK(names_in(*world.disk, "/cache") == names);
  CHECK(all_files(*world.disk) == before);
  CHECK(before.size() == (has_lock ? 4 : 3));
}

TEST_CASE("A directory of another engine, a later version or unknown making is refused untouched") {
  segments_world world;
  const auto [text, said] = GENERATE(table<std::string, std::string>({
      {"hearth cold tier\nengine segments\nversion 2\n", "found \"engine segments, version 2\";"},
      {"hearth cold tier\nengine other\nversion 1\n", "found \"engine other, version 1\";"},
      {"", "found \"\";"},
      {"something else\nand more", "found \"something else\";"},
      {"\x1b[2J\xff\tx\n", "found \"?[2J??x\";"},
  }));
  put_file(*world.disk, "/cache/hearth.format", text);
  const auto opened = world.try_open(world.room(2));
  REQUIRE(opened.code() == errc::unsupported);
  CHECK(opened.error().context.find("/cache/hearth.format") != std::string::npos);
  CHECK(opened.error().context.find(said) != std::string::npos);
  CHECK(names_in(*world.disk, "/cache") == std::vector<std::string>{"hearth.format"});
  CHECK(read_file(*world.disk, "/cache/hearth.format") == text);
}

TEST_CASE("A format of this engine without the number of its store is refused") {
  segments_world world;
  put_file(*world.disk, "/cache/hearth.format", "hearth cold tier\nengine segments\nversion 1\n");
  CHECK(world.try_open(world.room(2)).code() == errc::unsupported);
  CHECK(names_in(*world.disk, "/cache") == std::vector<std::string>{"hearth.format"});
}

TEST_CASE("A segments directory that is refused is left as it was found") {
  segments_world world;
  std::vector<std::string> before;
  SECTION("because of what is in it") {
    put_file(*world.disk, "/cache/segments", "");
    before = {"segments"};
  }
  SECTION("because it cannot be listed") { world.disk->fail_next(file_operation::list, errc::io); }
  SECTION("because the format cannot be written") { world.disk->fail_next(file_operation::write, errc::no_space); }
  SECTION("because the format cannot be synced") { world.disk->fail_next(file_operation::sync, errc::io); }
  SECTION("because the format's name cannot be synced") { world.disk->fail_next(file_operation::sync, errc::io, 1, 1); }
  SECTION("because the format cannot get its name") { world.disk->fail_next(file_operation::rename, errc::io); }
  CHECK_FALSE(world.try_open(world.room(2)));
  CHECK(names_in(*world.disk, "/cache") == before);
}

TEST_CASE("A directory whose segments cannot be read for now is refused, and nothing is lost") {
  segments_world world;
  world.open_segments(3);
  for (unsigned i = 0; i < 12; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  world.kill();
  put_file(*world.disk, index_path(9) + ".writing", "");
  const auto before = all_files(*world.disk);
  std::uint64_t refused = 0;
  for (std::uint64_t skip = 0; skip < 40; ++skip) {
    world.disk->fail_next(GENERATE(file_operation::read, file_operation::list), errc::io, 1, skip);
    const auto opened = world.try_open(world.room(3));
    if (opened)
      break;
    REQUIRE(opened.code() == errc::io);
    REQUIRE(all_files(*world.disk) == before);
    ++refused;
  }
  CHECK(refused >= 2);
}

TEST_CASE("A store whose segments directory is gone is empty and goes on") {
  segments_world world;
  put_file(*world.disk, "/cache/hearth.format",
           "hearth cold tier\nengine segments\nversion 1\nstore 0123456789abcdef\n");
  world.open_segments(2);
  CHECK(world.report.recovered == 0);
  REQUIRE(world.append(1, 4096) == errc::none);
  CHECK(world.index_of(0).store == 0x0123456789abcdef);
}

TEST_CASE("A smaller budget than before gives up the segments worth least until it fits") {
  segments_world world;
  world.open_segments(4);
  for (unsigned i = 0; i < 32; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  for (unsigned i = 0; i < 8; ++i)
    world.store->touch(key(i));
  REQUIRE(world.sync() == errc::none);
  world.close();
  SECTION("and removes them") {
    world.open_segments(2);
    CHECK(world.report.recovered == 32);
    CHECK(world.report.reclaimed == 16);
    CHECK(world.store->ledger(std::nullopt).reclaimed.blocks == 16);
    CHECK(world.has(0));
    CHECK(world.has(31));
    CHECK(world.segment_files() == 2);
    CHECK(world.store->bytes_in_use() <= world.store->bytes_max());
    CHECK(world.balanced());
    CHECK(world.append(40, 4096) == errc::none);
  }
  SECTION("or says that it cannot") {
    world.disk->fail_next(file_operation::remove, errc::io);
    CHECK(world.try_open(world.room(2)).code() == errc::io);
    world.open_segments(2);
    CHECK(world.segment_files() == 2);
  }
}

TEST_CASE("Other sizes of segments than before are taken over, and make room for each other") {
  segments_world world;
  world.open_segments(4);
  for (unsigned i = 0; i < 32; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  const auto budget = world.store->bytes_max();
  REQUIRE(world.sync() == errc::none);
  world.close();
  world.tuning.segment_bytes = GENERATE(16'384u, 98'304u, 262'144u);
  world.open_bytes(std::max(budget, segments_fixed_bytes(world.tuning) + segment_charge(world.tuning, 4096)));
  CHECK(world.report.recovered == 32);
  for (unsigned i = 0; i < 100; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.disk->bytes_peak() <= std::max(world.store->bytes_max(), budget));
}

TEST_CASE("Of two records of one key the later counts, and after an erase and a sync none comes back") {
  segments_world world;
  world.open_segments(3);
  REQUIRE(world.append(1, 4096, 10) == errc::none);
  const bool elsewhere = GENERATE(false, true);
  if (elsewhere)
    for (unsigned i = 2; i < 9; ++i)
      REQUIRE(world.append(i, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  REQUIRE(world.append(1, 4096, 20) == errc::none);
  world.kill(); // the old version is in an index, the new one behind it
  world.open_segments(3);
  CHECK(world.report.replaced == 1);
  CHECK(same(world.read(1).value(), payload(21, 4096)));
  CHECK(world.store->erase(key(1)));
  REQUIRE(world.sync() == errc::none);
  world.kill();
  world.open_segments(3);
  CHECK_FALSE(world.has(1));
  CHECK(world.report.replaced == 0);
}

TEST_CASE("An erased block stays away after a sync, with all its older versions") {
  segments_world world;
  world.open_segments(6);
  for (unsigned version = 0; version < 5; ++version) {
    REQUIRE(world.append(1, 4096, version) == errc::none);
    for (unsigned i = 10; i < 15; ++i)
      REQUIRE(world.append(i + 10 * version, 4096) == errc::none);
    if (version % 2 == 0)
      REQUIRE(world.sync() == errc::none);
  }
  CHECK(world.store->erase(key(1)));
  REQUIRE(world.sync() == errc::none);
  world.kill();
  world.open_segments(6);
  CHECK_FALSE(world.has(1));
  CHECK(world.in_order().size() == 25);
}

TEST_CASE("No generation is given out that any bytes on the disk may have, and no sequence that a block has") {
  segments_world world;
  std::set<std::uint64_t> generations;
  std::uint64_t last_sequence = 0;
  for (unsigned round = 0; round < 12; ++round) {
    world.open_segments(3);
    for (unsigned i = 0; i < 10; ++i)
      REQUIRE(world.append(100 * round + i, 4096) == errc::none);
    REQUIRE(world.sync() == errc::none);
    std::uint64_t sequence = 0;
    for (std::uint32_t slot = 0; slot < 3; ++slot)
      if (const auto index = read_segment_index(*world.disk, index_path(slot)); index)
        for (const auto& entry : index->entries) {
          sequence = std::max(sequence, entry.sequence);
          if (number_of(entry.key) >= 100 * round)
            CHECK(entry.sequence > last_sequence);
          generations.insert(index->generation);
        }
    last_sequence = sequence;
    if (round % 4 == 3)
      REQUIRE(world.disk->remove(index_path(round % 3)));
    world.kill();
  }
  CHECK(generations.size() >= 10);
  CHECK(last_sequence >= 100);
}

TEST_CASE("What a segments store takes of its budget can be told before it is opened") {
  segments_world world;
  CHECK(segments_store_bytes(*world.disk, "/cache").value() == 0);
  world.open_segments(3);
  for (unsigned i = 0; i < 12; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  CHECK(segments_store_bytes(*world.disk, "/cache").value() <= world.store->bytes_in_use());
  CHECK(segments_store_bytes(*world.disk, "/cache").value() >= world.disk->bytes_in_use());
  world.disk->fail_next(file_operation::list, errc::io);
  CHECK(segments_store_bytes(*world.disk, "/cache").code() == errc::io);
}

TEST_CASE("Settings of a segments store that cannot work are refused with their name") {
  segments_world world;
  const auto refused = [&](auto change, const std::string& field) {
    auto tuned = world.tuning;
    change(world.tuning);
    const auto opened = world.try_open(world.tuning.bytes_max == 1 ? 1 : world.room(2));
    world.tuning = tuned;
    CHECK(opened.code() == errc::invalid_argument);
    if (!opened)
      CHECK(opened.error().context.find(field) == 0);
  };
  refused([](auto& x) { x.segment_bytes = 5000; }, "segment_bytes");
  refused([](auto& x) { x.writes_in_flight = 0; }, "writes_in_flight");
  refused([](auto& x) { x.writes_in_flight = 65; }, "writes_in_flight");
  refused([](auto& x) { x.reappend_percent = 51; }, "reappend_percent");
  CHECK(world.try_open(segments_fixed_bytes(world.tuning)).code() == errc::invalid_argument);
}
