#include "storage/segments/segment_window.hpp"
#include "storage/format/checksum.hpp"
#include "tests/storage/cold/block_store_worlds.hpp"
#include "tests/support/text_files.hpp"

using namespace hearth::testing;

namespace {

constexpr std::size_t length = (9u << 20) + 4096;

struct windowed_file {
  windowed_file() {
    auto made = disk->open("/data", open_mode::create);
    REQUIRE(made);
    const std::array parts{bytes.bytes()};
    REQUIRE((*made)->write(0, parts));
  }
  segment_window window(std::uint64_t limit = length) {
    auto opened = segment_window::open(*disk, "/data", limit);
    REQUIRE(opened);
    opened->on_read([this](std::uint64_t count) { reads.push_back(count); });
    return std::move(*opened);
  }
  std::shared_ptr<memory_file_system> disk = make_memory_file_system();
  buffer bytes = payload(1, length);
  std::vector<std::uint64_t> reads;
};

} // namespace

TEST_CASE("A window reads in large pieces, one behind the other, and never behind its limit") {
  windowed_file world;
  auto window = world.window(9u << 20);
  for (std::uint64_t at = 0; at < 9u << 20; at += 4096)
    REQUIRE(window.at(at, 4096)->size() == 4096);
  CHECK(window.at(9u << 20, 4096)->empty());
  CHECK(world.reads == std::vector<std::uint64_t>{4u << 20, 4u << 20, 1u << 20});
}

TEST_CASE("The checksum of a stretch is the same however the window cuts it") {
  windowed_file world;
  const auto offset = GENERATE(std::uint64_t{0}, std::uint64_t{4096}, std::uint64_t{(4u << 20) - 4096});
  const auto bytes = GENERATE(std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{4096}, std::uint64_t{5'000'000});
  auto window = world.window();
  REQUIRE(window.at(4096, 1));
  CHECK(window.checksum_of(offset, bytes).value() == checksum(world.bytes.bytes().subspan(offset, bytes)));
}

TEST_CASE("The checksum of a stretch behind the end of the file is no checksum") {
  windowed_file world;
  auto window = world.window(16u << 20);
  CHECK(window.checksum_of(9u << 20, 4096).ok());
  CHECK(window.checksum_of(9u << 20, 4097).code() == errc::corrupt);
  CHECK(window.checksum_of(10u << 20, 1).code() == errc::corrupt);
}

TEST_CASE("A bad spot is told to those who need it only") {
  windowed_file world;
  auto window = world.window();
  world.disk->fail_next(file_operation::read, errc::io, 1); // hits the large read
  const auto page = window.at(0, 4096);
  REQUIRE(page);
  CHECK(page->size() == 4096);
  CHECK(world.reads == std::vector<std::uint64_t>{4096});
  world.disk->fail_next(file_operation::read, errc::io, 2);
  CHECK(window.at(4096, 4096).code() == errc::io);
  CHECK(window.at(8192, 4096).ok());
}
