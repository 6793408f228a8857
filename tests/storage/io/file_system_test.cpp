#include "storage/io/file_system.hpp"
#include "storage/io/posix_file.hpp"
#include "storage/memory/buffer.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/text_files.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

/// Files in memory below "/".
struct memory_world {
  std::shared_ptr<memory_file_system> files = make_memory_file_system();
  std::string root = "/root";
  memory_world() { REQUIRE(files->create_directory(root)); }
};

/// Files of the operating system below a new directory.
struct posix_world {
  std::shared_ptr<file_system> files = make_posix_file_system();
  temporary_directory directory;
  std::string root = directory.path();
};

} // namespace

TEMPLATE_TEST_CASE("A file holds what was written to it, part after part", "", memory_world, posix_world) {
  TestType world;
  auto made = world.files->open(world.root + "/a", open_mode::create);
  REQUIRE(made);
  auto& target = **made;

  SECTION("parts follow one another, also empty ones and more than one system call takes") {
    std::vector<std::span<const std::byte>> parts;
    std::string expected;
    for (int i = 0; i < 3000; ++i) {
      parts.push_back(bytes_of(i % 3 == 0 ? "" : "xy"));
      expected += i % 3 == 0 ? "" : "xy";
    }
    REQUIRE(target.write(0, parts));
    CHECK(read_file(*world.files, world.root + "/a") == expected);
  }
  SECTION("a write behind the end leaves zeroes between") {
    REQUIRE(write_text(target, 3, "end"));
    CHECK(read_file(*world.files, world.root + "/a") == std::string("\0\0\0end", 6));
  }
  SECTION("a write in the middle leaves the rest") {
    REQUIRE(write_text(target, 0, "abcdef"));
    REQUIRE(write_text(target, 2, "__"));
    CHECK(read_file(*world.files, world.root + "/a") == "ab__ef");
  }
  SECTION("a write of nothing changes nothing") {
    REQUIRE(target.write(7, {}));
    CHECK(target.size().value() == 0);
  }
  SECTION("a read past the end is shorter than asked") {
    REQUIRE(write_text(target, 0, "abc"));
    std::array<std::byte, 8> into{};
    CHECK(target.read(1, into).value() == 2);
    CHECK(target.read(3, into).value() == 0);
    CHECK(target.read(99, into).value() == 0);
  }
  CHECK(target.sync());
}

TEMPLATE_TEST_CASE("A read fills part after part, and stops at the end of the file", "", memory_world, posix_world) {
  TestType world;
  auto made = world.files->open(world.root + "/a", open_mode::create);
  REQUIRE(made);
  REQUIRE(write_text(**made, 0, "abcdefg"));
  std::array<std::byte, 3> first{};
  std::array<std::byte, 2> second{};
  const std::array<std::span<std::byte>, 3> parts{first, {}, second};
  CHECK((*made)->read(1, parts).value() == 5);
  CHECK(std::memcmp(first.data(), "bcd", 3) == 0);
  CHECK(std::memcmp(second.data(), "ef", 2) == 0);
  CHECK((*made)->read(4, parts).value() == 3);
  CHECK(std::memcmp(first.data(), "efg", 3) == 0);
}

TEMPLATE_TEST_CASE("Reserved space is there at once, reads as zeroes and keeps what was written", "", memory_world,
                   posix_world) {
  TestType world;
  auto made = world.files->open(world.root + "/a", open_mode::create);
  REQUIRE(made);
  REQUIRE(write_text(**made, 0, "abc"));
  REQUIRE((*made)->reserve(8192));
  CHECK((*made)->size().value() == 8192);
  CHECK(read_file(*world.files, world.root + "/a") == "abc" + std::string(8189, '\0'));
}

TEMPLATE_TEST_CASE("A file opened past the page cache holds the same bytes", "", memory_world, posix_world) {
  TestType world;
  auto made = world.files->open(world.root + "/a", open_mode::create, caching::direct);
  REQUIRE(made);
  auto bytes = mutable_buffer::allocate(2 * direct_alignment);
  REQUIRE(bytes);
  std::memset(bytes->bytes().data(), 'x', bytes->bytes().size());
  REQUIRE((*made)->reserve(4 * direct_alignment));
  const std::array<std::span<const std::byte>, 1> parts{bytes->bytes()};
  REQUIRE((*made)->write(direct_alignment, parts));
  REQUIRE((*made)->sync());
  (*made)->forget_cached(0, 4 * direct_alignment);
  auto back = mutable_buffer::allocate(2 * direct_alignment);
  REQUIRE(back);
  CHECK((*made)->read(direct_alignment, back->bytes()).value() == back->bytes().size());
  CHECK(std::memcmp(bytes->bytes().data(), back->bytes().data(), back->bytes().size()) == 0);
  CHECK(world.files->sync_names(world.root));
  CHECK(world.files->sync_names(world.root + "/nowhere").code() == errc::not_found);
}

TEMPLATE_TEST_CASE("Only an existing regular file can be opened, and only a free name created", "", memory_world,
                   posix_world) {
  TestType world;
  auto& files = *world.files;
  CHECK(files.open(world.root + "/absent", open_mode::read).code() == errc::not_found);
  CHECK(files.open(world.root + "/absent", open_mode::read_write).code() == errc::not_found);
  CHECK(files.open(world.root + "/absent/a", open_mode::create).code() == errc::not_found);
  put_file(files, world.root + "/a", "x");
  CHECK(files.open(world.root + "/a", open_mode::create).code() == errc::invalid_argument);
  REQUIRE(files.create_directory(world.root + "/d"));
  CHECK(files.open(world.root + "/d", open_mode::read).code() == errc::invalid_argument);
  CHECK(files.open(world.root + "/d", open_mode::read_write).code() == errc::invalid_argument);

  auto reader = files.open(world.root + "/a", open_mode::read);
  REQUIRE(reader);
  CHECK(write_text(**reader, 0, "y").code() == errc::io);
  CHECK(files.open(world.root + "/absent", open_mode::read).error().context.find("/absent") != std::string::npos);
}

TEMPLATE_TEST_CASE("A directory is made once, inside a directory that exists", "", memory_world, posix_world) {
  TestType world;
  auto& files = *world.files;
  CHECK(files.create_directory(world.root + "/d"));
  CHECK(files.create_directory(world.root + "/d"));
  CHECK(files.create_directory(world.root + "/none/d").code() == errc::not_found);
  put_file(files, world.root + "/a", "");
  CHECK(files.create_directory(world.root + "/a").code() == errc::invalid_argument);
}

TEMPLATE_TEST_CASE("A listing is sorted and tells kind and length", "", memory_world, posix_world) {
  TestType world;
  auto& files = *world.files;
  put_file(files, world.root + "/b", "four");
  put_file(files, world.root + "/a", "");
  REQUIRE(files.create_directory(world.root + "/c"));
  put_file(files, world.root + "/c/inside", "");

  const auto listed = files.list(world.root);
  REQUIRE(listed);
  REQUIRE(listed->size() == 3);
  CHECK((*listed)[0].name == "a");
  CHECK((*listed)[1].name == "b");
  CHECK((*listed)[1].kind == entry_kind::regular);
  CHECK((*listed)[1].bytes == 4);
  CHECK((*listed)[2].name == "c");
  CHECK((*listed)[2].kind == entry_kind::directory);

  CHECK(files.list(world.root + "/").value().size() == 3);
  CHECK(files.list(world.root + "/none").code() == errc::not_found);
  CHECK(files.list(world.root + "/b").code() == errc::invalid_argument);
}

TEMPLATE_TEST_CASE("A rename replaces its target, and keeps the bytes", "", memory_world, posix_world) {
  TestType world;
  auto& files = *world.files;
  put_file(files, world.root + "/new", "new");
  put_file(files, world.root + "/old", "old");
  REQUIRE(files.rename(world.root + "/new", world.root + "/old"));
  CHECK(read_file(files, world.root + "/old") == "new");
  REQUIRE(files.list(world.root).value().size() == 1);
  CHECK(files.rename(world.root + "/new", world.root + "/old").code() == errc::not_found);
  CHECK(files.rename(world.root + "/old", world.root + "/none/old").code() == errc::not_found);
}

TEMPLATE_TEST_CASE("A removed file stays readable for who has it open", "", memory_world, posix_world) {
  TestType world;
  auto& files = *world.files;
  put_file(files, world.root + "/a", "kept");
  auto opened = files.open(world.root + "/a", open_mode::read);
  REQUIRE(opened);
  REQUIRE(files.remove(world.root + "/a"));
  CHECK(files.list(world.root).value().empty());
  CHECK(files.remove(world.root + "/a").code() == errc::not_found);
  std::string text(4, '\0');
  REQUIRE((*opened)->read(0, std::as_writable_bytes(std::span{text})));
  CHECK(text == "kept");
}

TEMPLATE_TEST_CASE("Who waits for the writers of a file waits for the last one, and locks nobody out", "", memory_world,
                   posix_world) {
  TestType world;
  auto& files = *world.files;
  const auto path = world.root + "/a";
  const auto waited = [&] { return files.await_writers(path, std::chrono::nanoseconds{0}); };
  CHECK(waited().code() == errc::not_found);
  auto first = files.open(path, open_mode::create);
  REQUIRE(first);
  auto second = files.open(path, open_mode::read_write);
  REQUIRE(second);
  const auto busy = waited();
  REQUIRE(busy.code() == errc::busy);
  CHECK(busy.error().context.find(path) != std::string::npos);
  first->reset();
  CHECK(waited().code() == errc::busy);
  second->reset();
  CHECK(waited());

  const auto reader = files.open(path, open_mode::read);
  REQUIRE(reader);
  CHECK(waited());
  CHECK(files.open(path, open_mode::read_write));
  REQUIRE(files.create_directory(world.root + "/d"));
  CHECK(files.await_writers(world.root + "/d", {}).code() == errc::invalid_argument);
}

TEST_CASE("On a real disk a file that was closed has no writer, although a forked process still has its descriptor") {
  posix_world world;
  auto opened = world.files->open(world.root + "/a", open_mode::create);
  REQUIRE(opened);
  const auto child = ::fork();
  if (child == 0)
    for (;;)
      ::pause();
  REQUIRE(child > 0);
  CHECK(world.files->await_writers(world.root + "/a", {}).code() == errc::busy);
  opened->reset();
  CHECK(world.files->await_writers(world.root + "/a", {}));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST_CASE("On a real disk a program that locks a file counts as its writer, and does not keep it from being opened") {
  posix_world world;
  const auto path = world.root + "/a";
  put_file(*world.files, path, "text");
  const descriptor foreign{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  REQUIRE(::flock(foreign.number(), LOCK_EX) == 0);
  CHECK(world.files->await_writers(path, std::chrono::milliseconds{3}).code() == errc::busy);
  const auto writer = world.files->open(path, open_mode::read_write);
  REQUIRE(writer);
  CHECK(write_text(**writer, 0, "TEXT"));
  REQUIRE(::flock(foreign.number(), LOCK_UN) == 0);
}

TEMPLATE_TEST_CASE("A directory belongs to one holder at a time, also within a process", "", memory_world,
                   posix_world) {
  TestType world;
  auto& files = *world.files;
  auto held = files.lock(world.root + "/lock");
  REQUIRE(held);
  CHECK(files.lock(world.root + "/lock").code() == errc::busy);
  held->reset();
  CHECK(files.lock(world.root + "/lock"));
  CHECK(files.lock(world.root + "/none/lock").code() == errc::not_found);
}

TEMPLATE_TEST_CASE("A lock that is withdrawn takes its file along only if it has made it", "", memory_world,
                   posix_world) {
  TestType world;
  auto& files = *world.files;
  auto held = files.lock(world.root + "/lock");
  REQUIRE(held);
  (*held)->withdraw();
  held->reset();
  CHECK(names_in(files, world.root).empty());

  put_file(files, world.root + "/lock", "1\n");
  held = files.lock(world.root + "/lock");
  REQUIRE(held);
  (*held)->withdraw();
  held->reset();
  CHECK(names_in(files, world.root) == std::vector<std::string>{"lock"});
}

TEMPLATE_TEST_CASE("Free space is asked of a path that exists", "", memory_world, posix_world) {
  TestType world;
  CHECK(world.files->free_bytes(world.root).value() > 0);
  CHECK(world.files->free_bytes(world.root + "/none").code() == errc::not_found);
}

TEMPLATE_TEST_CASE("A held directory knows whether its path still leads to it", "", memory_world, posix_world) {
  TestType world;
  auto& files = *world.files;
  const auto path = world.root + "/d";
  const auto move = [&](const std::string& from, const std::string& to) {
    if constexpr (std::is_same_v<TestType, memory_world>)
      files.move_directory(from, to);
    else
      REQUIRE(::rename(from.c_str(), to.c_str()) == 0);
  };
  CHECK(files.hold(path).code() == errc::not_found);
  put_file(files, world.root + "/file", "");
  CHECK(files.hold(world.root + "/file").code() == errc::invalid_argument);
  REQUIRE(files.create_directory(path));
  const auto held = files.hold(path);
  REQUIRE(held);
  CHECK((*held)->in_place());
  CHECK((*held)->device() == files.hold(world.root).value()->device());
  move(path, world.root + "/away");
  CHECK((*held)->in_place().code() == errc::not_found);
  REQUIRE(files.create_directory(path));
  const auto other = (*held)->in_place();
  CHECK(other.code() == errc::not_found);
  CHECK(other.error().context.find(path + ": found another one") != std::string::npos);
  move(path, world.root + "/other");
  move(world.root + "/away", path);
  CHECK((*held)->in_place());
}

TEST_CASE("On a real disk the lock names its holder, and files are for their owner only") {
  posix_world world;
  auto held = world.files->lock(world.root + "/lock");
  REQUIRE(held);
  const auto refused = world.files->lock(world.root + "/lock");
  REQUIRE(refused.code() == errc::busy);
  CHECK(refused.error().context.find("process " + std::to_string(::getpid())) != std::string::npos);

  put_file(*world.files, world.root + "/a", "");
  REQUIRE(world.files->create_directory(world.root + "/d"));
  struct stat about {};
  REQUIRE(::stat((world.root + "/a").c_str(), &about) == 0);
  CHECK((about.st_mode & 0077) == 0);
  REQUIRE(::stat((world.root + "/d").c_str(), &about) == 0);
  CHECK((about.st_mode & 0077) == 0);
}

TEST_CASE("On a real disk a directory that others may write to is taken back") {
  posix_world world;
  const auto mode_after = [&](mode_t mode) {
    const auto path = world.root + "/d";
    REQUIRE(world.files->create_directory(path));
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    REQUIRE(world.files->create_directory(path));
    struct stat about {};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    return about.st_mode & 07777;
  };
  CHECK(mode_after(0777) == 0700);
  CHECK(mode_after(0720) == 0700);
  CHECK(mode_after(0750) == 0750); // others may list it if the operator chooses so: every file is 0600
  if (::geteuid() != 0)
    return; // only root can change the owner
  REQUIRE(::chown((world.root + "/d").c_str(), 65'534, 65'534) == 0);
  REQUIRE(::chmod((world.root + "/d").c_str(), 0722) == 0);
  CHECK(world.files->create_directory(world.root + "/d").code() == errc::invalid_argument);
}

TEST_CASE("Symbolic links and FIFOs are told apart from files, and neither followed nor waited for") {
  posix_world world;
  auto& files = *world.files;
  put_file(files, world.root + "/a", "x");
  REQUIRE(::symlink((world.root + "/a").c_str(), (world.root + "/link").c_str()) == 0);
  REQUIRE(::mkfifo((world.root + "/pipe").c_str(), 0600) == 0);
  REQUIRE(::symlink(world.root.c_str(), (world.root + "/self").c_str()) == 0);
  for (const auto* name : {"/link", "/pipe", "/self"}) {
    INFO(name);
    CHECK(files.open(world.root + name, open_mode::read).code() == errc::invalid_argument);
    CHECK(files.open(world.root + name, open_mode::read_write).code() == errc::invalid_argument);
    CHECK(files.open(world.root + name, open_mode::create).code() == errc::invalid_argument);
    CHECK(files.lock(world.root + name).code() == errc::invalid_argument);
    CHECK(files.create_directory(world.root + name).code() == errc::invalid_argument);
  }
  const auto listed = files.list(world.root);
  REQUIRE(listed);
  REQUIRE(listed->size() == 4);
  CHECK((*listed)[1].kind == entry_kind::other);
  CHECK((*listed)[2].kind == entry_kind::other);
  CHECK((*listed)[3].kind == entry_kind::other);
}

TEST_CASE("Files in memory fail as often as a test plans, after what it lets pass") {
  memory_world world;
  auto& files = *world.files;
  put_file(files, "/root/a", "abcd");
  auto opened = files.open("/root/a", open_mode::read_write);
  REQUIRE(opened);
  std::array<std::byte, 4> into{};

  SECTION("skipped operations pass, the planned ones fail, later ones pass") {
    files.fail_next(file_operation::read, errc::io, 2, 1);
    CHECK((*opened)->read(0, into));
    CHECK((*opened)->read(0, into).code() == errc::io);
    CHECK((*opened)->read(0, into).code() == errc::io);
    CHECK((*opened)->read(0, into));
  }
  SECTION("a write fails half-way") {
    files.fail_next(file_operation::write, errc::no_space);
    CHECK(write_text(**opened, 4, "efgh").code() == errc::no_space);
    CHECK(read_file(files, "/root/a") == "abcdef");
  }
  SECTION("an operation on names fails and changes nothing") {
    files.fail_next(file_operation::open, errc::io);
    files.fail_next(file_operation::rename, errc::io);
    files.fail_next(file_operation::remove, errc::io);
    files.fail_next(file_operation::list, errc::io);
    files.fail_next(file_operation::sync, errc::io, 2);
    CHECK(files.open("/root/b", open_mode::create).code() == errc::io);
    CHECK(files.rename("/root/a", "/root/b").code() == errc::io);
    CHECK(files.remove("/root/a").code() == errc::io);
    CHECK(files.list("/root").code() == errc::io);
    CHECK(files.sync_names("/root").code() == errc::io);
    CHECK((*opened)->sync().code() == errc::io);
    CHECK(files.list("/root").value().size() == 1);
  }
}

TEST_CASE("Files in memory hold no more than their capacity, and count removed files until they are closed") {
  memory_world world;
  auto& files = *world.files;
  files.capacity(10);
  put_file(files, "/root/a", "123456");
  auto opened = files.open("/root/a", open_mode::read_write);
  REQUIRE(opened);
  CHECK(files.free_bytes("/root").value() == 4);
  CHECK(write_text(**opened, 6, "12345").code() == errc::no_space);
  CHECK(write_text(**opened, 6, "1234"));
  REQUIRE(files.remove("/root/a"));
  CHECK(files.bytes_in_use() == 10);
  opened->reset();
  CHECK(files.bytes_in_use() == 0);
  CHECK(files.bytes_peak() == 10);
}
