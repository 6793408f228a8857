#include "tests/storage/files/files_on_disk.hpp"

#include <limits>

#include <sys/stat.h>
#include <unistd.h>

using namespace hearth::testing;

TEST_CASE("A new directory gets its format file, which says what the directory is") {
  memory_store_world world;
  world.open(2, 100);
  CHECK(read_file(*world.disk, "/cache/hearth.format") == "hearth cold tier\nengine files\nversion 1\n");
  CHECK(names_in(*world.disk, "/cache") == std::vector<std::string>{"blocks", "hearth.format", "hearth.lock"});
}

TEST_CASE("A directory of a later version, another engine or unknown making is refused and left untouched") {
  memory_store_world world;
  const auto [text, said] = GENERATE(table<std::string, std::string>({
      {"hearth cold tier\nengine files\nversion 2\n", "found \"engine files, version 2\";"},
      {"hearth cold tier\nengine segments\nversion 1\n", "found \"engine segments, version 1\";"},
      {"", "found \"\";"},
      {"something else\nand more", "found \"something else\";"},
      {"\x1b[2J\xff\tx\n", "found \"?[2J??x\";"},
  }));
  put_file(*world.disk, "/cache/hearth.format", text);
  const auto opened = world.try_open(1 << 20);
  REQUIRE(opened.code() == errc::unsupported);
  CHECK(opened.error().context.find("/cache/hearth.format") != std::string::npos);
  CHECK(opened.error().context.find(said) != std::string::npos);
  CHECK(names_in(*world.disk, "/cache") == std::vector<std::string>{"hearth.format"});
  CHECK(read_file(*world.disk, "/cache/hearth.format") == text);
}

TEST_CASE("What cannot be opened is refused with the reason") {
  memory_store_world world;
  SECTION("a budget of nothing") { CHECK(world.try_open(files_store_fixed_bytes).code() == errc::invalid_argument); }
  SECTION("no directory") {
    const auto opened = open_files_store(
        {"/none", 1 << 20, world.disk, world.io.engine(), world.namespaces, [] { return std::int64_t{0}; }});
    CHECK(opened.code() == errc::not_found);
  }
  SECTION("a directory that is in use, also by this process") {
    world.open(2, 100);
    CHECK(world.try_open(1 << 20).code() == errc::busy);
    world.close();
    CHECK(world.try_open(1 << 20).ok());
  }
  SECTION("a file where the blocks should be") {
    put_file(*world.disk, "/cache/blocks", "");
    CHECK(world.try_open(1 << 20).code() == errc::invalid_argument);
  }
  SECTION("a disk that cannot list") {
    world.disk->fail_next(file_operation::list, errc::io);
    CHECK(world.try_open(1 << 20).code() == errc::io);
  }
  SECTION("a block whose header cannot be read, and the block stays") {
    world.open(2, 100);
    REQUIRE(world.append(1, 100) == errc::none);
    world.close();
    world.disk->fail_next(file_operation::read, errc::io, 1, 2); // the format is read twice
    CHECK(world.try_open(1 << 20).code() == errc::io);
    CHECK(files_in(world) == 1);
  }
  SECTION("more namespaces than the table takes") {
    world.open(2, 100);
    REQUIRE(world.append(1, 100) == errc::none);
    world.close();
    world.namespaces = std::make_shared<namespace_table>(1);
    REQUIRE(world.namespaces->intern("other"));
    const auto opened = world.try_open(1 << 20);
    REQUIRE(opened.code() == errc::overloaded);
    CHECK(opened.error().context.find("\"a\"") != std::string::npos);
    CHECK(files_in(world) == 1);
  }
}

TEST_CASE("A directory that is refused is left as it was found") {
  memory_store_world world;
  std::vector<std::string> before;
  SECTION("because of what is in it") {
    put_file(*world.disk, "/cache/blocks", "");
    before = {"blocks"};
  }
  SECTION("because it cannot be listed") { world.disk->fail_next(file_operation::list, errc::io); }
  SECTION("because the format cannot be written") { world.disk->fail_next(file_operation::write, errc::no_space); }
  SECTION("because the format cannot be synced") { world.disk->fail_next(file_operation::sync, errc::io); }
  SECTION("because the format cannot get its name") { world.disk->fail_next(file_operation::rename, errc::io); }
  SECTION("and the lock file that another hearth left stays") {
    put_file(*world.disk, "/cache/hearth.lock", "1\n");
    world.disk->fail_next(file_operation::list, errc::io);
    before = {"hearth.lock"};
  }
  CHECK_FALSE(world.try_open(1 << 20));
  CHECK(names_in(*world.disk, "/cache") == before);
}

TEST_CASE("Recovery removes files of ours that are damaged, and counts them") {
  memory_store_world world;
  world.open(4, 5000);
  REQUIRE(world.append(1, 5000) == errc::none);
  const auto path = only_block(world);
  REQUIRE(world.append(2, 5000) == errc::none);
  world.close();

  SECTION("a flipped bit in the header") { flip(*world.disk, path, 20); }
  SECTION("a header cut short") { truncate(*world.disk, path, 4000); }
  SECTION("a payload cut short") { truncate(*world.disk, path, 9095); }
  SECTION("an empty file, as a crash leaves it") { truncate(*world.disk, path, 0); }
  SECTION("bytes behind the payload") {
    auto opened = world.disk->open(path, open_mode::read_write);
    REQUIRE(opened);
    REQUIRE(write_text(**opened, 9096, "x"));
  }
  SECTION("the name of another key") {
    REQUIRE(world.disk->rename(path, blocks_directory + to_string({1, key(9)}, block_file_kind::complete)));
  }
  world.open(4, 5000);
  CHECK(world.report.damaged == 1);
  CHECK(world.report.recovered == 1);
  CHECK(world.numbers() == std::vector<unsigned>{2});
  CHECK(files_in(world) == 1);
  CHECK(world.store->bytes_in_use() == files_store_fixed_bytes + world.store->record_bytes(5000));
}

TEST_CASE("Recovery leaves foreign names alone and removes what never became a block") {
  memory_store_world world;
  const block_file_name later{500, key(1)};
  REQUIRE(world.disk->create_directory("/cache/blocks"));
  put_file(*world.disk, "/cache/notes.txt", "mine");
  put_file(*world.disk, "/cache/blocks/notes.block", "mine");
  put_file(*world.disk, "/cache/blocks/notes.writing", "mine");
  REQUIRE(world.disk->create_directory(blocks_directory + to_string({1, key(1)}, block_file_kind::complete)));
  put_file(*world.disk, blocks_directory + to_string(later, block_file_kind::unfinished), "half a bl");
  world.open(4, 100);
  CHECK(world.report.foreign == 4);
  CHECK(world.report.unfinished == 1);
  CHECK(world.report.damaged == 0);
  CHECK(files_in(world) == 3);
  REQUIRE(world.append(2, 100) == errc::none);
  // Sequences go on after the largest that was found.
  CHECK(names_in(*world.disk, "/cache/blocks").back() == "notes.writing");
  CHECK(world.disk->list("/cache/blocks").value()[1].name == to_string({501, key(2)}, block_file_kind::complete));
}

TEST_CASE("On a real disk links, FIFOs and directories with a block's name are neither opened nor removed") {
  posix_store_world world;
  const auto blocks = world.directory.path() + "/blocks/";
  world.open(4, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  const auto name = names_in(world.files(), blocks).front();
  world.close();
  REQUIRE(::rename((blocks + name).c_str(), (world.directory.path() + "/kept").c_str()) == 0);
  REQUIRE(::symlink((world.directory.path() + "/kept").c_str(), (blocks + name).c_str()) == 0);
  REQUIRE(::mkfifo((blocks + to_string({7, key(7)}, block_file_kind::complete)).c_str(), 0600) == 0);
  REQUIRE(::mkdir((blocks + to_string({8, key(8)}, block_file_kind::unfinished)).c_str(), 0700) == 0);
  world.open(4, 100);
  CHECK(world.report.foreign == 4);
  CHECK(world.store->keys().empty());
  CHECK(names_in(world.files(), blocks).size() == 3);
}

TEST_CASE("Of two files of one key the later is kept") {
  memory_store_world world;
  world.open(4, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  const auto old_path = only_block(world);
  const auto old_bytes = read_file(*world.disk, old_path);
  REQUIRE(world.append(1, 100, 55) == errc::none);
  world.close();
  put_file(*world.disk, old_path, old_bytes); // as if the power had gone before it was removed
  REQUIRE(world.disk->last_use(old_path, 1'000'000'000));
  world.open(4, 100);
  CHECK(world.report.replaced == 1);
  CHECK(same(world.read(1).value(), payload(56, 100)));
  CHECK(files_in(world) == 1);
}

TEST_CASE("A smaller budget than before reclaims the least recently used until it fits") {
  memory_store_world world;
  world.open(5, 100);
  for (unsigned i = 1; i <= 5; ++i)
    REQUIRE(world.append(i, 100) == errc::none);
  REQUIRE(world.read(1).ok());
  world.close();
  SECTION("and removes them") {
    world.open(2, 100);
    CHECK(world.numbers() == std::vector<unsigned>{5, 1});
    CHECK(world.report.recovered == 5);
    CHECK(world.report.reclaimed == 3);
    CHECK(world.store->ledger(std::nullopt).reclaimed == cold_amount{3, 300});
    CHECK(files_in(world) == 2);
    CHECK(world.balanced());
  }
  SECTION("or says that it cannot") {
    world.disk->fail_next(file_operation::remove, errc::io, 3);
    CHECK(world.try_open(files_store_fixed_bytes + 2 * 8192).code() == errc::io);
    world.open(2, 100);
  }
}

TEST_CASE("What a store takes of its budget can be told before it is opened") {
  memory_store_world world;
  CHECK(files_store_bytes(*world.disk, "/cache").value() == 0);
  world.open(4, 5000);
  CHECK(files_store_bytes(*world.disk, "/cache").value() == files_store_fixed_bytes);
  REQUIRE(world.append(1, 5000) == errc::none);
  REQUIRE(world.append(2, 100) == errc::none);
  const auto used = world.store->bytes_in_use();
  world.close();
  put_file(*world.disk, "/cache/blocks/notes.txt", "mine");
  CHECK(files_store_bytes(*world.disk, "/cache").value() == used);
  world.disk->fail_next(file_operation::list, errc::io);
  CHECK(files_store_bytes(*world.disk, "/cache").code() == errc::io);
}

TEST_CASE("A clock that went back, and a file from the far future, do not upset the order of use") {
  memory_store_world world;
  world.open(4, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  const auto path = only_block(world);
  REQUIRE(world.append(2, 100) == errc::none);
  world.close();
  REQUIRE(world.disk->last_use(path, std::numeric_limits<std::int64_t>::max()));
  world.clock_ns = -5;
  world.open(4, 100);
  CHECK(world.numbers() == std::vector<unsigned>{2, 1});
  world.store->touch(key(2));
  REQUIRE(world.append(3, 100) == errc::none);
  world.settle();
  world.close();
  world.open(4, 100);
  CHECK(world.numbers() == std::vector<unsigned>{1, 2, 3});
}

TEST_CASE("Files with one time and one sequence, as merged or copied directories have them, keep apart") {
  memory_store_world world;
  world.open(4, 100);
  for (unsigned i = 1; i <= 3; ++i)
    REQUIRE(world.append(i, 100) == errc::none);
  world.close();
  for (const auto& name : names_in(*world.disk, "/cache/blocks")) {
    const auto flat = blocks_directory + to_string({7, parse_file_name(name).name.key}, block_file_kind::complete);
    REQUIRE(world.disk->rename(blocks_directory + name, flat));
    REQUIRE(world.disk->last_use(flat, 5));
  }
  world.open(4, 100);
  CHECK(world.numbers() == std::vector<unsigned>{1, 2, 3});
  world.store->touch(key(2));
  CHECK(world.numbers() == std::vector<unsigned>{1, 3, 2});
  CHECK(world.read(3).ok());
  CHECK(world.store->erase(key(1)));
  CHECK(world.numbers() == std::vector<unsigned>{2, 3});
  CHECK(world.balanced());
}

TEST_CASE("No sequence is given out that the next recovery would not take for its own") {
  memory_store_world world;
  world.open(4, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  const auto path = only_block(world);
  world.close();
  SECTION("a name with a sequence beyond all limits is foreign, and the numbers go on below") {
    const auto text = read_file(*world.disk, path);
    put_file(*world.disk, blocks_directory + ("7fffffffffffffff-" + to_hex(key(1)) + ".block"), text);
    world.open(4, 100);
    CHECK(world.report.foreign == 1);
    REQUIRE(world.append(2, 100) == errc::none);
    CHECK(files_in(world) == 3);
  }
  SECTION("behind the last one, appends are refused and what is there stays readable") {
    REQUIRE(
        world.disk->rename(path, blocks_directory + to_string({sequence_end - 2, key(1)}, block_file_kind::complete)));
    world.open(4, 100);
    REQUIRE(world.append(2, 100) == errc::none);
    CHECK(world.append(3, 100) == errc::io);
    CHECK(world.read(1).ok());
  }
  world.settle();
  const auto before = world.numbers();
  world.close();
  world.open(4, 100);
  CHECK(world.numbers() == before);
}
