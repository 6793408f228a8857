#include "tests/storage/block_store_worlds.hpp"
#include "tests/support/text_files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <sys/mount.h>

using namespace hearth::testing;

// Stores on a small real file system, which others fill, and which turns read-only. Mounting needs root: without it
// these test cases say that nothing was checked.

namespace {

/// A tmpfs over the directory of a world, unmounted at the end.
class small_disk {
public:
  small_disk(std::string path, const char* size) : path_(std::move(path)) {
    const auto options = std::string{"mode=0700,size="} + size;
    mounted_ = ::mount("hearth-test", path_.c_str(), "tmpfs", 0, options.c_str()) == 0;
    if (!mounted_)
      WARN("SKIPPED: tmpfs cannot be mounted here (" << std::strerror(errno) << "); run as root: nothing was checked");
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  ~small_disk() {
    if (mounted_)
      ::umount2(path_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const noexcept { return mounted_; }
  /// 0, or the error: EBUSY if a file is open for writing.
  [[nodiscard]] int writable(bool on) {
    const auto flags = MS_REMOUNT | (on ? 0ul : static_cast<unsigned long>(MS_RDONLY));
    return ::mount("hearth-test", path_.c_str(), "tmpfs", flags, nullptr) == 0 ? 0 : errno;
  }

private:
  std::string path_;
  bool mounted_ = false;
};

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

} // namespace

TEMPLATE_TEST_CASE("A disk that others fill fails writes as no_space, and takes them again when there is room", "",
                   posix_store_world, posix_segments_world) {
  TestType world;
  small_disk disk{world.directory.path(), "4m"};
  if (!disk.mounted())
    return;
  world.open(200, block_bytes); // more than the disk has
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

TEMPLATE_TEST_CASE("A read-only file system is refused at opening, with the reason", "", posix_store_world,
                   posix_segments_world) {
  TestType world;
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

/// The lock's file is open for writing for as long as the store is, and segments are.
TEMPLATE_TEST_CASE("The operator cannot turn a file system read-only under a store", "", posix_store_world,
                   posix_segments_world) {
  TestType world;
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

/// As a kernel does after an error of the disk, whatever is open.
TEMPLATE_TEST_CASE("A store whose file system turns read-only goes on reading, and writes again when it may", "",
                   memory_store_world, memory_segments_world) {
  TestType world;
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
