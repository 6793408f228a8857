#include "tests/storage/segments/segments_on_disk.hpp"

using namespace hearth::testing;

namespace {

/// Bytes of a record with one page of payload.
constexpr std::size_t record_bytes = 8192;

void put_bytes(file_system& files, const std::string& path, std::size_t at, std::string_view bytes) {
  auto opened = files.open(path, open_mode::read_write);
  REQUIRE(opened);
  REQUIRE(write_text(**opened, at, bytes));
}

std::string record_at(segments_world& world, std::size_t place) {
  return read_file(*world.disk, data_path(0)).substr(place * record_bytes, record_bytes);
}

void put_record(segments_world& world, std::size_t place, std::string_view record) {
  put_bytes(*world.disk, data_path(0), place * record_bytes, record);
}

/// The first read removes the damaged block, and no other.
void check_taken_out(segments_world& world, unsigned number) {
  CHECK(world.read(number).code() == errc::corrupt);
  CHECK_FALSE(world.has(number));
  CHECK(world.read(number).code() == errc::not_found);
  CHECK(world.balanced());
}

} // namespace

TEST_CASE("A damaged record is never handed out: it is taken out and counted, and stays away") {
  segments_world world;
  world.open_segments(3);
  for (unsigned i = 0; i < 3; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  const auto damage = GENERATE(range(0, 5));
  switch (damage) {
  case 0: flip(*world.disk, data_path(0), record_bytes); break;          // magic
  case 1: flip(*world.disk, data_path(0), record_bytes + 4095); break;   // checksum of the header
  case 2: flip(*world.disk, data_path(0), record_bytes + 4096); break;   // first byte of the payload
  case 3: flip(*world.disk, data_path(0), 2 * record_bytes - 1); break;  // last byte of the payload
  default: put_record(world, 1, std::string(record_bytes, '\0')); break; // the whole record
  }
  check_taken_out(world, 1);
  CHECK(world.store->ledger(std::nullopt).corrupt == cold_amount{1, 4096});
  CHECK(world.read(0).ok());
  CHECK(world.read(2).ok());
  REQUIRE(world.sync() == errc::none);
  world.close();
  world.open_segments(3);
  CHECK(world.in_order() == std::vector<unsigned>{0, 2});
  CHECK(world.append(1, 4096) == errc::none);
  CHECK(world.read(1).ok());
}

TEST_CASE("Two records that changed places are both found out") {
  segments_world world;
  world.open_segments(3);
  for (unsigned i = 0; i < 3; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  const auto first = record_at(world, 0);
  put_record(world, 0, record_at(world, 1));
  put_record(world, 1, first);
  check_taken_out(world, 0);
  check_taken_out(world, 1);
  CHECK(world.read(2).ok());
}

TEST_CASE("An old version of a block in the same place is found out") {
  segments_world world;
  world.open_segments(2);
  for (unsigned i = 0; i < 8; ++i)
    REQUIRE(world.append(i, 4096, 100) == errc::none);
  const auto old = read_file(*world.disk, data_path(0));
  for (unsigned i = 0; i < 16; ++i) // until the first segment holds the same keys again
    REQUIRE(world.append((i + 8) % 16, 4096, 200) == errc::none);
  REQUIRE(world.has(0));
  const auto now = read_file(*world.disk, data_path(0));
  REQUIRE(now.substr(49, 32) == old.substr(49, 32)); // the same key at the same place
  SECTION("header and payload") { put_bytes(*world.disk, data_path(0), 0, old); }
  SECTION("the payload only") { put_bytes(*world.disk, data_path(0), 4096, old.substr(4096, 4096)); }
  SECTION("the header only") { put_bytes(*world.disk, data_path(0), 0, old.substr(0, 4096)); }
  check_taken_out(world, 0);
}

TEST_CASE("A segment copied over another one is found out") {
  segments_world world;
  world.open_segments(3);
  for (unsigned i = 0; i < 16; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  put_bytes(*world.disk, data_path(1), 0, read_file(*world.disk, data_path(0)));
  for (unsigned i = 8; i < 16; ++i)
    check_taken_out(world, i);
  CHECK(world.store->ledger(std::nullopt).corrupt.blocks == 8);
  for (unsigned i = 0; i < 8; ++i)
    CHECK(world.read(i).ok());
}

TEST_CASE("A record of another store is found out") {
  segments_world world;
  world.open_segments(3);
  REQUIRE(world.append(0, 4096) == errc::none);
  segments_world other;
  other.clock_ns = 77;
  other.open_segments(3);
  REQUIRE(other.append(0, 4096, 5) == errc::none);
  put_bytes(*world.disk, data_path(0), 0, read_file(*other.disk, data_path(0)));
  check_taken_out(world, 0);
}

TEST_CASE("A record that the disk cannot read is as lost as a damaged one") {
  segments_world world;
  world.open_segments(3);
  REQUIRE(world.append(0, 4096) == errc::none);
  REQUIRE(world.append(1, 4096) == errc::none);
  world.disk->fail_next(file_operation::read, errc::io);
  check_taken_out(world, 0);
  world.disk->fail_next(file_operation::read, errc::no_memory);
  CHECK(world.read(1).code() == errc::no_memory);
  CHECK(world.read(1).ok());
}

TEST_CASE("A write that fails half-way is answered for each of its blocks, and nothing of it is ever read") {
  segments_world world;
  world.open_segments(3);
  REQUIRE(world.append(0, 4096, 50) == errc::none);
  world.disk->fail_next(file_operation::write, errc::io, 1, 1); // the first write goes alone
  std::vector<append_item> batch;
  std::vector<answer<void>> appended(4);
  for (unsigned i = 0; i < 4; ++i)
    batch.push_back({{key(i), 0, std::nullopt, payload(i, 4096)}, appended[i].done()});
  std::swap(batch.front(), batch.back());
  world.store->append(std::move(batch));
  world.settle();
  CHECK(appended[3].ok());
  for (unsigned i = 0; i < 3; ++i)
    CHECK(appended[i].code() == errc::io);
  CHECK(same(world.read(0).value(), payload(50, 4096))); // the old block is still present
  CHECK_FALSE(world.has(1));
  CHECK(world.store->ledger(std::nullopt).persisted.blocks == 2);
  for (unsigned i = 1; i < 12; ++i)
    REQUIRE(world.append(i, 4096, 9) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.close();
  world.open_segments(3);
  for (unsigned i = 1; i < 12; ++i)
    CHECK(same(world.read(i).value(), payload(9 + i, 4096)));
}

TEST_CASE("What a failed write has left on the disk stays away after the next sync, as what was erased does") {
  segments_world world;
  world.open_segments(3);
  REQUIRE(world.append(0, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.io.disk->hang(true); // so that two appends gather behind the first
  std::vector<append_item> batch;
  for (unsigned i = 1; i < 4; ++i)
    batch.push_back({{key(i), 0, std::nullopt, payload(i, 4096)}, [](const result<void>&) {}});
  world.disk->fail_next(file_operation::write, errc::io, 2);
  world.store->append(std::move(batch));
  world.io.disk->hang(false);
  world.settle();
  CHECK(world.in_order() == std::vector<unsigned>{0});
  REQUIRE(world.sync() == errc::none);
  world.kill();
  world.open_segments(3);
  CHECK(world.in_order() == std::vector<unsigned>{0}); // 2 is complete on disk, but its append ended with io
}
