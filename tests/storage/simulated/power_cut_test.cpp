#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/text_files.hpp"

#include <set>
#include <string>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

constexpr std::uint64_t seeds = 200;

std::string pages(char letter, std::size_t count) { return std::string(count * 4096, letter); }

/// A directory with an old durable file: "/d/old", two pages of 'o'.
struct world {
  std::shared_ptr<memory_file_system> files = make_memory_file_system(true);
  world() {
    REQUIRE(files->create_directory("/d"));
    REQUIRE(files->sync_names("/"));
    put_file(*files, "/d/old", pages('o', 2));
    REQUIRE(open("/d/old")->sync());
    REQUIRE(files->sync_names("/d"));
  }
  std::unique_ptr<file> open(const std::string& path, open_mode mode = open_mode::read_write) {
    auto opened = files->open(path, mode);
    REQUIRE(opened);
    return std::move(*opened);
  }
  std::string text(const std::string& path) { return read_file(*files, path); }
};

/// The contents after many power cuts. Each cut happens in a new world to which `change` was applied.
template <class Change, class Look>
std::set<std::string> outcomes(Change change, Look look) {
  std::set<std::string> found;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    world now;
    change(now);
    now.files->power_cut(seed);
    found.insert(look(now));
  }
  return found;
}

std::string listed(world& now) {
  std::string text;
  for (const auto& name : names_in(*now.files, "/d"))
    text += name + " ";
  return text;
}

} // namespace

TEST_CASE("What was synced survives a power cut: bytes, length and name") {
  const auto found = outcomes(
      [](world& now) {
        put_file(*now.files, "/d/new", pages('n', 3));
        REQUIRE(now.open("/d/new")->sync());
        REQUIRE(now.files->sync_names("/d"));
      },
      [](world& now) { return listed(now) + now.text("/d/old") + now.text("/d/new"); });
  CHECK(found == std::set<std::string>{"new old " + pages('o', 2) + pages('n', 3)});
}

TEST_CASE("A page that was not synced is kept, lost or half there, each for itself") {
  const auto found = outcomes([](world& now) { REQUIRE(write_text(*now.open("/d/old"), 0, pages('n', 2))); },
                              [](world& now) {
                                const auto text = now.text("/d/old");
                                REQUIRE(text.size() == 8192);
                                CHECK(text[0] == text[2047]);
                                return std::string{text[0], text[2048], text[4096], text[6144]};
                              });
  CHECK(found.size() == 16);
}

TEST_CASE("Bytes written before a sync survive, whatever was written after it") {
  const auto found = outcomes(
      [](world& now) {
        const auto opened = now.open("/d/old");
        REQUIRE(write_text(*opened, 0, pages('1', 1)));
        REQUIRE(opened->sync());
        REQUIRE(write_text(*opened, 4096, pages('2', 1)));
      },
      [](world& now) { return now.text("/d/old").substr(0, 4096); });
  CHECK(found == std::set<std::string>{pages('1', 1)});
}

TEST_CASE("Of the changes of names the first so many survive, in order") {
  const auto found = outcomes(
      [](world& now) {
        put_file(*now.files, "/d/a", "");
        REQUIRE(now.files->rename("/d/old", "/d/b"));
        REQUIRE(now.files->remove("/d/a"));
      },
      listed);
  CHECK(found == std::set<std::string>{"old ", "a old ", "a b ", "b "});
}

TEST_CASE("A rename that was not synced leaves the file that it replaced or the new one, whole") {
  const auto found = outcomes(
      [](world& now) {
        put_file(*now.files, "/d/new", pages('n', 1));
        REQUIRE(now.open("/d/new")->sync());
        REQUIRE(now.files->rename("/d/new", "/d/old"));
      },
      [](world& now) { return now.text("/d/old"); });
  CHECK(found == std::set<std::string>{pages('o', 2), pages('n', 1)});
}

TEST_CASE("A removed file may come back, until its directory was synced") {
  const bool synced = GENERATE(false, true);
  const auto found = outcomes(
      [&](world& now) {
        REQUIRE(now.files->remove("/d/old"));
        if (synced)
          REQUIRE(now.files->sync_names("/d"));
      },
      listed);
  CHECK(found == (synced ? std::set<std::string>{""} : std::set<std::string>{"", "old "}));
}

TEST_CASE("A reserved length is durable with the bytes or with the names, and else may be any") {
  const auto lengths = [](auto sync) {
    return outcomes(
        [&](world& now) {
          const auto made = now.open("/d/long", open_mode::create);
          REQUIRE(now.files->sync_names("/d"));
          REQUIRE(made->reserve(8192));
          sync(now, *made);
        },
        [](world& now) { return std::to_string(now.text("/d/long").size()); });
  };
  CHECK(lengths([](world&, file& made) { REQUIRE(made.sync()); }) == std::set<std::string>{"8192"});
  CHECK(lengths([](world& now, file&) { REQUIRE(now.files->sync_names("/d")); }) == std::set<std::string>{"8192"});
  const auto found = lengths([](world&, file&) {});
  CHECK(found.contains("0"));
  CHECK(found.contains("8192"));
  CHECK(found.size() > 10);
}

TEST_CASE("A directory that was not synced takes along what is in it") {
  const auto found = outcomes(
      [](world& now) {
        REQUIRE(now.files->create_directory("/d/in"));
        put_file(*now.files, "/d/in/a", "");
        REQUIRE(now.files->sync_names("/d/in"));
      },
      [](world& now) { return now.files->list("/d/in").ok() ? listed(now) + now.text("/d/in/a") : listed(now); });
  CHECK(found == std::set<std::string>{"old ", "in old "});
}

TEST_CASE("After a power cut open files fail, locks are free and the bytes are counted anew") {
  world now;
  const auto opened = now.open("/d/old");
  auto held = now.files->lock("/d/lock");
  REQUIRE(held);
  REQUIRE(now.files->sync_names("/d"));
  put_file(*now.files, "/d/removed", pages('r', 1));
  REQUIRE(now.files->remove("/d/removed"));
  now.files->power_cut(1);
  CHECK(write_text(*opened, 0, "x").code() == errc::io);
  CHECK(opened->sync().code() == errc::io);
  CHECK(now.text("/d/old") == pages('o', 2));
  auto again = now.files->lock("/d/lock");
  REQUIRE(again);
  held->reset(); // the lock belongs to `again` now: this must not release it
  CHECK(now.files->lock("/d/lock").code() == errc::busy);
  std::uint64_t bytes = 0;
  for (const auto& entry : now.files->list("/d").value())
    bytes += entry.bytes;
  CHECK(now.files->bytes_in_use() == bytes);
}

TEST_CASE("What a killed process still asks for fails and changes nothing, but for the write it died in") {
  world now;
  const auto opened = now.open("/d/old");
  now.files->kill_after(2);
  CHECK(opened->sync());
  CHECK(write_text(*opened, 0, pages('n', 2)).code() == errc::io);
  CHECK(write_text(*opened, 0, pages('m', 2)).code() == errc::io);
  CHECK(now.files->remove("/d/old").code() == errc::io);
  now.files->kill_after(memory_file_system::never);
  CHECK(now.text("/d/old") == pages('n', 1) + pages('o', 1));
}

TEST_CASE("A moved directory takes its contents along, durable or not") {
  const auto moved = [](world& now) {
    put_file(*now.files, "/d/new", pages('n', 1));
    REQUIRE(now.open("/d/new")->sync());
    now.files->move_directory("/d", "/e");
  };
  const auto seen = outcomes(moved, [](world& now) {
    CHECK(now.files->list("/d").code() == errc::not_found);
    CHECK(now.text("/e/old") == pages('o', 2));
    return std::to_string(names_in(*now.files, "/e").size());
  });
  CHECK(seen == std::set<std::string>{"1", "2"});

  const auto synced = [&](world& now) {
    moved(now);
    REQUIRE(now.files->sync_names("/e"));
  };
  CHECK(outcomes(synced, [](world& now) { return now.text("/e/new"); }) == std::set<std::string>{pages('n', 1)});
}
