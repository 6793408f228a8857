#include "storage/io/kernel_transfer.hpp"
#include "tests/storage/io/io_engine_worlds.hpp"
#include "tests/support/catch.hpp"

#include <cerrno>

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

/// A transfer of two parts of `bytes` each, beginning at offset 8,192.
struct world {
  explicit world(io_kind kind, std::size_t bytes = 8192, bool direct = true)
      : text(2 * bytes, 'x'),
        moved(std::make_shared<io_transfer>(io_transfer{
            device("/dev/null", O_RDWR, direct), 8192, {bytes_of(text).first(bytes), bytes_of(text).last(bytes)}})),
        transfer({kind, text.size(), {}, [](bool) {}, moved}) {}

  std::string text;
  std::shared_ptr<io_transfer> moved;
  kernel_transfer transfer;
};

} // namespace

TEST_CASE("A piece that is short is followed by one for the rest") {
  const auto kind = GENERATE(io_kind::read, io_kind::write);
  world io{kind};
  CHECK(io.transfer.next_piece().reads == (kind == io_kind::read));
  CHECK(io.transfer.next_piece().offset == 8192);
  CHECK(io.transfer.next_piece().parts->count() == 2);
  io.transfer.accept(12'288);
  REQUIRE_FALSE(io.transfer.ended());
  const auto rest = io.transfer.next_piece();
  CHECK(rest.offset == 20'480);
  REQUIRE(rest.parts->count() == 1);
  CHECK(rest.parts->data()->iov_base == io.text.data() + 12'288);
  CHECK(rest.parts->data()->iov_len == 4096);
  io.transfer.accept(4096);
  CHECK(io.transfer.ended());
  CHECK(io.moved->moved.value() == 16'384);
}

TEST_CASE("A read ends where nothing comes, and a direct one where the file's last bytes came") {
  world nothing{io_kind::read};
  nothing.transfer.accept(4096);
  nothing.transfer.accept(0);
  CHECK(nothing.transfer.ended());
  CHECK(nothing.moved->moved.value() == 4096);

  world odd{io_kind::read};
  odd.transfer.accept(5000);
  CHECK(odd.transfer.ended()); // O_DIRECT would refuse the next offset
  CHECK(odd.moved->moved.value() == 5000);

  world cached{io_kind::read, 8192, false};
  cached.transfer.accept(5000);
  CHECK_FALSE(cached.transfer.ended()); // a pipe may deliver more
}

TEST_CASE("A write that moves nothing is an error, not a hang") {
  world io{io_kind::write};
  io.transfer.accept(4096);
  io.transfer.accept(0);
  CHECK(io.transfer.ended());
  CHECK(io.moved->moved.code() == errc::io);
  CHECK(io.moved->moved.error().context == "/dev/null: io_uring pwritev: wrote nothing");
}

TEST_CASE("An interrupted or refused piece is retried where it may wait, up to a limit") {
  const auto error = GENERATE(EINTR, EAGAIN);
  world io{io_kind::read};
  CHECK_FALSE(io.transfer.next_piece().apart);
  io.transfer.accept(4096);
  io.transfer.accept(-error);
  CHECK(io.transfer.next_piece().apart);
  CHECK(io.transfer.next_piece().offset == 12'288);
  io.transfer.accept(4096);
  CHECK_FALSE(io.transfer.next_piece().apart);
  for (int i = 0; i < 1000; ++i) {
    CHECK_FALSE(io.transfer.ended());
    io.transfer.accept(-error);
  }
  CHECK(io.transfer.ended());
  CHECK(io.moved->moved.code() == errc::io);
}

TEST_CASE("What the kernel refuses ends a transfer with the code that the file itself would give") {
  world full{io_kind::write};
  full.transfer.accept(8192);
  full.transfer.accept(-ENOSPC);
  CHECK(full.transfer.ended());
  CHECK(full.moved->moved.code() == errc::no_space);
  world damaged{io_kind::read};
  damaged.transfer.accept(-EIO);
  CHECK(damaged.moved->moved.code() == errc::io);
  CHECK(damaged.moved->moved.error().context.find("/dev/null: io_uring preadv: ") == 0);
}

TEST_CASE("Through the page cache every piece may wait, and a transfer without bytes asks for none") {
  CHECK(world{io_kind::write, 8192, false}.transfer.next_piece().apart);
  CHECK(world{io_kind::read, 0}.transfer.ended());
}
