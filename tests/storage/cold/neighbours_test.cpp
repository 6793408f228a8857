#include "tests/storage/cold/block_store_worlds.hpp"
#include "tests/storage/cold/strange_things.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <sys/stat.h>

using namespace hearth::testing;

// hearth does not touch links, FIFOs, sockets, directories and files of others in its directory. The rules are in
// storage/NEIGHBOURS.md.

namespace {

std::string folder_in(const posix_segments_world& world) { return world.directory.path() + "/segments"; }

/// Creates and closes a store with three blocks.
void leave_three_blocks(posix_segments_world& world) {
  open_with_three(world);
  world.close();
}

/// Opens the store, and expects a refusal that names `path`, what was found, and what to do.
void expect_refusal(posix_segments_world& world, const std::string& path) {
  const auto opened = world.try_open(world.room_for(8, 100));
  REQUIRE(!opened.ok());
  CHECK((opened.code() == errc::invalid_argument || opened.code() == errc::unsupported));
  const auto& context = opened.error().context;
  INFO(context);
  CHECK(context.find(path) != context.npos);
  CHECK(context.find("found a ") != context.npos);
  CHECK(context.find("expected a ") != context.npos);
  CHECK(context.find("move it away") != context.npos);
  world.io.reset();
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat about {};
  REQUIRE(::lstat(path.c_str(), &about) == 0);
  return about.st_mode & 07777;
}

} // namespace

TEST_CASE("An entry that is no regular file is neither opened, renamed, overwritten nor removed") {
  const auto files = make_posix_file_system();
  const temporary_directory folder;
  const auto mine = folder.path() + "/mine";
  for (const auto what : strange_things()) {
    const strange_thing other{folder.path() + "/other", what};
    INFO(other.name());
    put_file(*files, mine, "mine");
    CHECK(files->remove(other.path()).code() == errc::invalid_argument);
    CHECK(files->rename(mine, other.path()).code() == errc::invalid_argument);
    CHECK(files->rename(other.path(), mine).code() == errc::invalid_argument);
    CHECK(files->open(other.path(), open_mode::read_write).code() == errc::invalid_argument);
    CHECK(files->lock(other.path()).code() == errc::invalid_argument);
    CHECK(other.untouched());
    CHECK(read_file(*files, mine) == "mine");
    REQUIRE(files->remove(mine));
  }
}

TEST_CASE("A new directory is refused if what hearth would write there is something else") {
  for (const auto what : strange_things())
    for (const std::string name : {"hearth.format", "hearth.format.writing", "hearth.lock"}) {
      posix_segments_world world;
      const strange_thing other{world.directory.path() + "/" + name, what};
      INFO(name << ": " << other.name());
      expect_refusal(world, other.path());
      CHECK(other.untouched());
      CHECK(names_in(*world.disk, world.directory.path()) == std::vector<std::string>{name}); // nothing is left behind
    }
}

TEST_CASE("A directory in use is refused if somebody put something else in the place of its files") {
  for (const auto what : strange_things())
    for (const std::string name : {"hearth.format", "hearth.lock"}) {
      posix_segments_world world;
      leave_three_blocks(world);
      const auto path = world.directory.path() + "/" + name;
      REQUIRE(world.disk->rename(path, world.directory.path() + "/elsewhere"));
      std::optional<strange_thing> other{std::in_place, path, what};
      INFO(name << ": " << other->name());
      expect_refusal(world, path);
      CHECK(other->untouched());
      other.reset();
      REQUIRE(world.disk->rename(world.directory.path() + "/elsewhere", path));
      world.open(8, 100);
      CHECK(world.numbers().size() == 3);
    }
}

TEST_CASE("The folder of the blocks may not be a link, the directory itself may") {
  posix_segments_world world;
  leave_three_blocks(world);
  const std::filesystem::path folder = folder_in(world);
  const auto elsewhere = folder.parent_path() / "elsewhere";
  std::filesystem::rename(folder, elsewhere);
  std::filesystem::create_directory_symlink(elsewhere, folder);
  expect_refusal(world, folder);
  CHECK(std::filesystem::is_symlink(folder));
  std::filesystem::remove(folder);
  std::filesystem::rename(elsewhere, folder);

  const temporary_directory beside;
  const auto link = beside.path() + "/link";
  std::filesystem::create_directory_symlink(world.directory.path(), link);
  world.io = std::make_unique<threads_io_world>();
  auto opened = world.open_store({link, world.room_for(8, 100), world.disk, world.io->engine(), world.namespaces,
                                  [] { return 1'000; }, world.on_opening});
  REQUIRE(opened);
  CHECK(opened->store->keys().size() == 3);
  CHECK(opened->report.foreign == 0);
  opened->store.reset();
}

TEST_CASE("Something else in the place of the recency, or of a file being written, is left alone and costs nothing") {
  for (const auto what : strange_things())
    for (const std::string name : {"recency", "recency.writing", "0000abcd.index", "0000abcd.index.writing",
                                   "0000abcd.segment", "0000abcd.segment.writing", "nobody.knows"}) {
      posix_segments_world world;
      leave_three_blocks(world);
      if (name == "recency")
        REQUIRE(world.disk->remove(folder_in(world) + "/recency"));
      const strange_thing other{folder_in(world) + "/" + name, what};
      INFO(name << ": " << other.name());
      world.open(8, 100);
      CHECK(world.report.foreign == 1);
      CHECK(world.numbers().size() == 3);
      CHECK(world.append(4, 100) == errc::none);
      CHECK(world.sync() == errc::none);
      world.close();
      CHECK(other.untouched());
    }
}

TEST_CASE("A segment in whose index's place somebody put something else is not touched, and the others are used") {
  for (const auto what : strange_things()) {
    posix_segments_world world;
    leave_three_blocks(world);
    const auto index = folder_in(world) + "/00000001.index";
    const auto aside = world.directory.path() + "/aside";
    REQUIRE(world.disk->rename(index, aside));
    std::optional<strange_thing> other{std::in_place, index, what};
    INFO(other->name());
    world.open(8, 100);
    CHECK(world.numbers() == std::vector<unsigned>{1, 3});
    for (unsigned number = 4; number < 20; ++number)
      CHECK(world.append(number, 100) == errc::none);
    CHECK(world.sync() == errc::none);
    world.close();
    CHECK(other->untouched());
    other.reset();
    REQUIRE(world.disk->rename(aside, index));
    world.open(16, 100);
    CHECK(world.store->find(key(2)));
  }
}

TEST_CASE("What others put in the place of an index while a store runs fails a sync, which names it, and no append") {
  for (const auto what : strange_things()) {
    posix_segments_world world;
    world.tuning.segment_bytes = 0;
    world.open(8, 100);
    REQUIRE(world.append(1, 100) == errc::none);
    REQUIRE(world.sync() == errc::none);
    const auto index = folder_in(world) + "/00000000.index";
    REQUIRE(world.disk->remove(index));
    const strange_thing other{index, what};
    const strange_thing next{folder_in(world) + "/00000001.index", what}; // where the next segment will be created
    INFO(other.name());
    CHECK(world.store->erase(key(1)));
    CHECK(world.sync() == errc::io);
    for (unsigned number = 2; number < 40; ++number)
      CHECK(world.append(number, 100) == errc::none);
    CHECK(world.store->find(key(39)));
    CHECK(world.sync() == errc::none); // its segment was reclaimed meanwhile
    world.close();
    CHECK(other.untouched());
    CHECK(next.untouched());
    world.open(8, 100);
    CHECK(world.store->find(key(39)));
    CHECK_FALSE(world.store->find(key(1)));
  }
}

TEST_CASE("A lock file with anything in it is no obstacle, and who is told busy reads a process id or none") {
  const auto files = make_posix_file_system();
  const std::string contents[] = {
      "",         "garbage\n",           "-1\n", "0\n",         "99999999999999999999999999\n", "12",
      "12 and\n", std::string(64, '\0'), "\n",   "2147483647\n" /* nobody */};
  for (const auto& text : contents) {
    INFO('"' << text << '"');
    posix_segments_world world;
    const auto path = world.directory.path() + "/hearth.lock";
    put_file(*files, path, text);
    world.open(8, 100);
    CHECK(read_file(*files, path) == std::to_string(::getpid()) + "\n");
    CHECK(world.append(1, 100) == errc::none);
    { // as if the holder could not write its number, or another program had overwritten it
      auto opened = files->open(path, open_mode::read_write);
      REQUIRE(write_text(**opened, 0, text + std::string(8, '\0')));
    }
    const auto second = files->lock(path);
    REQUIRE(second.code() == errc::busy);
    const auto& context = second.error().context;
    INFO(context);
    const bool a_number = text == "2147483647\n";
    CHECK((context.find("held by another process;") != context.npos) == !a_number);
    CHECK((context.find("held by process 2147483647;") != context.npos) == a_number);
  }
}

TEST_CASE("A huge lock file is emptied, and one that is only garbage is no reason to refuse the directory") {
  posix_segments_world world;
  const auto path = world.directory.path() + "/hearth.lock";
  put_file(*world.disk, path, std::string(1 << 20, 'x'));
  std::filesystem::resize_file(path, 1ull << 34); // sparse
  world.open(8, 100);
  CHECK(std::filesystem::file_size(path) < 16);
}

TEST_CASE("Folders are 0700 and files 0600, whatever the umask of the host is") {
  const auto before = ::umask(0);
  posix_segments_world world;
  leave_three_blocks(world);
  ::umask(before);
  CHECK(mode_of(folder_in(world)) == 0700);
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{world.directory.path()})
    if (entry.is_regular_file()) {
      INFO(entry.path());
      CHECK(mode_of(entry.path()) == 0600);
      ++seen;
    }
  CHECK(seen >= 5);
}

TEST_CASE("Twenty thousand files of others in and beside the folder of the blocks are counted and left alone") {
  constexpr unsigned many = 10'000;
  posix_segments_world world;
  leave_three_blocks(world);
  const auto put = [&](const std::string& folder) {
    for (unsigned number = 0; number < many; ++number)
      std::filesystem::create_symlink("nowhere", folder + "/" + std::to_string(number)); // the fastest entry to create
  };
  put(folder_in(world));
  put(world.directory.path());
  world.open(8, 100);
  CHECK(world.report.foreign == 2 * many);
  CHECK(world.numbers().size() == 3);
  for (unsigned number = 4; number < 20; ++number)
    CHECK(world.append(number, 100) == errc::none);
  CHECK(world.sync() == errc::none);
  CHECK(world.store->bytes_in_use() <= world.store->bytes_max());
  world.close();
  for (const auto& folder : {folder_in(world), world.directory.path()}) {
    const auto names = names_in(*world.disk, folder);
    const std::set<std::string> there{names.begin(), names.end()};
    unsigned left = 0;
    for (unsigned number = 0; number < many; ++number)
      left += there.contains(std::to_string(number)) ? 1 : 0;
    CHECK(left == many);
  }
}

TEST_CASE("A wall clock that jumps neither disturbs the order of use nor makes anything expire") {
  memory_segments_world world;
  world.open(4, 100);
  const std::int64_t times[] = {1'000'000, 5, 4'000'000'000'000'000'000, -7};
  for (unsigned number = 1; number <= 4; ++number) {
    world.clock_ns = times[number - 1];
    REQUIRE(world.append(number, 100) == errc::none);
  }
  CHECK(world.sync() == errc::none);
  CHECK(world.numbers() == std::vector<unsigned>{1, 2, 3, 4});
  world.close();
  world.clock_ns = 0; // earlier than all of it
  world.open(4, 100);
  CHECK(world.numbers() == std::vector<unsigned>{1, 2, 3, 4});
  CHECK(same(world.read(1).value(), payload(1, 100)));
  CHECK(world.append(5, 100) == errc::none);
  CHECK_FALSE(world.store->find(key(2)));
  CHECK(world.store->find(key(1)));
}
