#include "storage/cold/detachable_store.hpp"
#include "tests/storage/cold/block_store_worlds.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/text_files.hpp"

#include <cerrno>
#include <filesystem>

using namespace hearth::testing;

// Stores on a small real file system that other users fill, or that becomes read-only. Mounting needs root; without
// root these test cases report that they checked nothing.

namespace {

constexpr std::size_t block_bytes = 60'000;

/// Fills the disk to the last byte.
void fill(file_system& files, const std::string& path) {
  auto made = files.open(path, open_mode::create);
  REQUIRE(made);
  const std::string text(4096, 'x');
  std::uint64_t offset = 0;
  while (write_text(**made, offset, text).ok())
    offset += text.size();
}

/// A detachable store in the directory of a world, with three durable blocks.
std::shared_ptr<detachable_store> detachable_with_three(posix_segments_world& world) {
  world.io = std::make_unique<threads_io_world>();
  const auto engine = world.io->engine();
  detachable_store_config config;
  config.directory = world.directory.path();
  config.files = world.disk;
  config.io = engine;
  config.namespaces = world.namespaces;
  config.open = [&world, engine](std::uint64_t bytes_max) {
    return world.open_store(
        {world.directory.path(), bytes_max, world.disk, engine, world.namespaces, [] { return 1'000; }, {}});
  };
  auto opened = detachable_store::open(std::move(config), world.room_for(8, block_bytes));
  REQUIRE(opened);
  world.store = *opened;
  for (unsigned number = 1; number <= 3; ++number)
    REQUIRE(world.append(number, block_bytes) == errc::none);
  REQUIRE(world.sync() == errc::none);
  return *opened;
}

errc look(posix_segments_world& world, detachable_store& store) {
  answer<void> seen;
  store.look(seen.done());
  world.settle();
  return seen.code();
}

/// The failure of the refused opening.
failure reattach(posix_segments_world& world, detachable_store& store) {
  failure refused;
  store.reattach([&](const result<recovery_report>& outcome) {
    if (!outcome)
      refused = outcome.error();
  });
  world.settle();
  return refused;
}

} // namespace

TEST_CASE("A disk that others fill fails writes as no_space, and takes them again when there is room") {
  posix_segments_world world;
  small_disk disk{world.directory.path(), "4m"};
  if (!disk.mounted())
    return;
  world.open(200, block_bytes); // more than the disk holds
  REQUIRE(world.append(1, block_bytes) == errc::none);
  fill(*world.disk, world.directory.path() + "/theirs");
  unsigned failures = 0;
  for (unsigned number = 2; number < 10; ++number) {
    const auto outcome = world.append(number, block_bytes);
    CHECK((outcome == errc::none || outcome == errc::no_space || outcome == errc::io));
    failures += outcome == errc::none ? 0 : 1;
    CHECK(world.balanced());
  }
  INFO(failures);
  REQUIRE(world.disk->remove(world.directory.path() + "/theirs"));
  for (unsigned number = 20; number < 30; ++number)
    CHECK(world.append(number, block_bytes) == errc::none);
  CHECK(world.sync() == errc::none);
  CHECK(same(world.read(29).value(), payload(29, block_bytes)));
  world.close();
  world.open(200, block_bytes);
  CHECK(world.store->find(key(29)));
  world.close();
}

TEST_CASE("A read-only file system is refused at opening, with the reason") {
  posix_segments_world world;
  small_disk disk{world.directory.path(), "4m"};
  if (!disk.mounted())
    return;
  const bool has_blocks = GENERATE(false, true);
  if (has_blocks) {
    world.open(20, block_bytes);
    REQUIRE(world.append(1, block_bytes) == errc::none);
    REQUIRE(world.sync() == errc::none);
    world.close();
  }
  REQUIRE(disk.writable(false) == 0);
  const auto opened = world.try_open(world.room_for(20, block_bytes));
  REQUIRE(!opened.ok());
  INFO(opened.error().context);
  CHECK(opened.code() == errc::io);
  CHECK(opened.error().context.find(world.directory.path() + "/hearth.") != std::string::npos);
  CHECK(opened.error().context.find("Read-only file system") != std::string::npos);
  world.io.reset();
}

/// While the store is open, the lock file and the segments are open for writing.
TEST_CASE("The operator cannot turn a file system read-only under a store") {
  posix_segments_world world;
  small_disk disk{world.directory.path(), "8m"};
  if (!disk.mounted())
    return;
  world.open(20, block_bytes);
  REQUIRE(world.append(1, block_bytes) == errc::none);
  CHECK(disk.writable(false) == EBUSY);
  CHECK(world.append(2, block_bytes) == errc::none);
  world.close();
  CHECK(disk.writable(false) == 0);
}

/// Remounts read-only with open files, as a kernel does after a disk error.
TEST_CASE("A store whose file system turns read-only goes on reading, and writes again when it may") {
  memory_segments_world world;
  world.open(4, 4096);
  for (unsigned number = 1; number <= 4; ++number)
    REQUIRE(world.append(number, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  constexpr file_operation changes[] = {file_operation::write, file_operation::rename, file_operation::remove,
                                        file_operation::sync, file_operation::reserve};
  for (const auto change : changes)
    world.disk->fail_next(change, errc::io, 1'000'000);
  for (unsigned number = 5; number < 15; ++number)
    CHECK(world.append(number, 4096) != errc::none);
  CHECK(world.sync() == errc::io);
  CHECK(world.store->activity().payload_bytes == 4 * 4096);
  CHECK(world.balanced());
  for (const auto number : world.numbers())
    CHECK(same(world.read(number).value(), payload(number, 4096)));
  for (const auto change : changes)
    world.disk->fail_next(change, errc::io, 0);
  for (unsigned number = 20; number < 25; ++number)
    CHECK(world.append(number, 4096) == errc::none);
  CHECK(world.sync() == errc::none);
  CHECK(same(world.read(24).value(), payload(24, 4096)));
  CHECK(world.balanced());
}

TEST_CASE("The empty directory below a removed mount is not filled, and a new mount is reattached") {
  posix_segments_world world;
  const temporary_directory device;
  small_disk disk{device.path(), "8m"};
  if (!disk.mounted())
    return;
  bind_mount mounted{device.path(), world.directory.path()};
  const auto store = detachable_with_three(world);
  CHECK(look(world, *store) == errc::none);
  mounted.end();
  CHECK(look(world, *store) == errc::not_found);
  CHECK(world.append(4, block_bytes) == errc::io);
  CHECK(store->abandon().size() == 3);
  const auto refused = reattach(world, *store);
  CHECK(refused.code == errc::unsupported);
  CHECK(refused.context.find(world.directory.path() + ": found an empty directory on another file system") == 0);
  CHECK(std::filesystem::is_empty(world.directory.path()));

  bind_mount again{device.path(), world.directory.path()};
  CHECK(reattach(world, *store).code == errc::none);
  CHECK(same(world.read(1).value(), payload(1, block_bytes)));
  world.close();
}

TEST_CASE("A mount over the directory is not touched, and the directory is reattached when it is visible again") {
  posix_segments_world world;
  const auto store = detachable_with_three(world);
  {
    small_disk over{world.directory.path(), "8m"};
    if (!over.mounted())
      return;
    CHECK(look(world, *store) == errc::not_found);
    CHECK(world.append(4, block_bytes) == errc::io);
    CHECK(store->abandon().size() == 3);
    CHECK(reattach(world, *store).code == errc::unsupported);
    CHECK(std::filesystem::is_empty(world.directory.path()));
  }
  CHECK(reattach(world, *store).code == errc::none);
  CHECK(same(world.read(1).value(), payload(1, block_bytes)));
  world.close();
}
