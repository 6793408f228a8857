#include "storage/io/kernel_ring.hpp"
#include "tests/storage/io/uring_worlds.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace hearth::storage;
using namespace hearth::testing;

TEST_CASE("A transfer in the kernel keeps the mark of a writer, although the file is closed") {
  if (!uring_or_nothing())
    return;
  const auto ring = kernel_ring::open(1);
  REQUIRE(ring);
  const temporary_directory directory;
  const auto path = directory.path() + "/fifo"; // a read from it lasts until a letter is written
  REQUIRE(::mkfifo(path.c_str(), S_IRUSR | S_IWUSR) == 0);
  const auto open_fifo = [&] { return descriptor{::open(path.c_str(), O_RDWR | O_CLOEXEC)}; };
  const auto other = open_fifo();
  std::string letter = "-";
  const std::array parts{bytes_of(letter)};
  const io_vectors into{std::span<const std::span<std::byte>>{parts}};
  {
    const auto writer = open_fifo();
    REQUIRE(mark_writer(writer.number()));
    (*ring)->add(0, {true, false, writer.number(), 0, &into});
    (*ring)->submit();
  }
  CHECK(::flock(other.number(), LOCK_EX | LOCK_NB) == -1);
  CHECK(errno == EWOULDBLOCK);
  REQUIRE(::write(other.number(), "x", 1) == 1);
  while (!(*ring)->next())
    (*ring)->wait(std::nullopt);
  CHECK(letter == "x");
  CHECK(::flock(other.number(), LOCK_EX) == 0); // waits until the kernel has closed the file
}
