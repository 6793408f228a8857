#include "tests/storage/cold/block_store_worlds.hpp"

#include <filesystem>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace hearth::testing;

// Actions by others on a directory in use: rename it, remove the lock file, fork the holder.

TEST_CASE("A directory that is moved away loses nothing, and an erase meanwhile is not called durable") {
  posix_segments_world world;
  world.open(8, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  REQUIRE(world.append(2, 100) == errc::none);
  const std::filesystem::path segments = world.directory.path() + "/segments";
  const std::filesystem::path elsewhere = world.directory.path() + "/elsewhere";
  std::filesystem::rename(segments, elsewhere);
  CHECK(same(world.read(1).value(), payload(1, 100))); // segment files stay open
  CHECK(world.store->erase(key(2)));
  CHECK(world.sync() == errc::io);
  std::filesystem::rename(elsewhere, segments);
  CHECK(same(world.read(1).value(), payload(1, 100)));
  CHECK(world.sync() == errc::none);
  world.close();
  world.open(8, 100);
  CHECK(world.numbers() == std::vector<unsigned>{1});
}

TEST_CASE("A directory stays locked although somebody removes the lock's file") {
  const auto files = make_posix_file_system();
  const temporary_directory folder;
  const auto path = folder.path() + "/hearth.lock";
  const auto held = files->lock(path);
  REQUIRE(held.ok());
  REQUIRE(files->remove(path).ok());
  const auto second = files->lock(path);
  CHECK(second.code() == errc::busy);
  CHECK(files->open(path, open_mode::read).code() == errc::not_found); // and the attempt leaves no lock file behind
}

TEST_CASE("A lock that is given back is free, although a forked process still has its descriptor") {
  const auto files = make_posix_file_system();
  const temporary_directory folder;
  const auto path = folder.path() + "/hearth.lock";
  auto held = files->lock(path);
  REQUIRE(held.ok());
  const auto child = ::fork();
  if (child == 0)
    for (;;)
      ::pause();
  REQUIRE(child > 0);
  held->reset();
  CHECK(files->lock(path).ok());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}
