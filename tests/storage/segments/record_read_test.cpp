#include "storage/segments/record_read.hpp"
#include "storage/segments/record_write.hpp"
#include "storage/format/checksum.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

constexpr std::uint64_t store = 77;

/// Three records in one write, with an empty, a small and a large payload, in a file in memory.
struct records_world {
  records_world() {
    auto opened = disk->open("/0", open_mode::create);
    REQUIRE(opened);
    target = std::move(*opened);
    write.slot = 4;
    write.generation = 9;
    write.offset = 8192;
    write.target = target;
    auto offset = write.offset;
    for (const std::size_t size : {std::size_t{0}, std::size_t{5000}, std::size_t{100'000}}) {
      auto made = std::make_shared<segment_append>();
      const auto number = static_cast<unsigned>(write.records.size());
      made->request.item = {key(number), 1, key(number + 100), payload(number, size)};
      made->name_space = "model";
      made->checksum = checksum(made->request.item.payload.bytes());
      made->record_bytes = segment_record_bytes(size);
      made->sequence = 50 + number;
      made->at = {write.slot, offset};
      offset += made->record_bytes;
      write.records.push_back(made);
    }
    write.bytes = offset - write.offset;
    lay_out(write, store);
    REQUIRE(write.transfer);
    io_job job;
    job.kind = io_kind::write;
    job.transfer = write.transfer;
    run(job);
    REQUIRE(write.transfer->moved.ok());
  }
  record_read expect(std::size_t i) {
    const auto& record = *write.records[i];
    record_read read;
    read.key = record.request.item.key;
    read.name_space = record.request.item.name_space;
    read.name = record.name_space;
    read.sequence = record.sequence;
    read.payload_bytes = record.request.item.payload.size();
    read.place = {store, write.slot, write.generation, record.at.offset};
    read.target = target;
    return read;
  }
  void read(record_read& what) {
    lay_out(what);
    REQUIRE(what.transfer);
    io_job job;
    job.kind = io_kind::read;
    job.transfer = what.transfer;
    run(job);
    verify(what, "/cache/segments/");
  }

  std::shared_ptr<memory_file_system> disk = make_memory_file_system();
  std::shared_ptr<file> target;
  record_write write;
};

} // namespace

TEST_CASE("Records that were written in one go are read back each by itself, with key, namespace, parent and bytes") {
  records_world world;
  for (std::size_t i = 0; i < 3; ++i) {
    auto read = world.expect(i);
    world.read(read);
    REQUIRE(read.outcome);
    const auto& wanted = world.write.records[i]->request.item;
    CHECK(read.outcome->key == wanted.key);
    CHECK(read.outcome->name_space == wanted.name_space);
    CHECK(read.outcome->parent == wanted.parent);
    CHECK(same(*read.outcome, wanted.payload));
  }
}

TEST_CASE("A write is as long as its records, and its payloads are not copied") {
  records_world world;
  std::uint64_t bytes = 0;
  for (const auto& part : world.write.transfer->parts)
    bytes += part.size();
  CHECK(bytes == world.write.bytes);
  CHECK(world.write.transfer->parts.size() == 5); // three headers, two payloads
  CHECK(world.write.transfer->parts[2].data() == world.write.records[1]->request.item.payload.bytes().data());
}

TEST_CASE("A record is not believed if anything about it is not as expected, and the error says what") {
  records_world world;
  auto read = world.expect(1);
  std::string said;
  SECTION("store") {
    ++read.place.store;
    said = "another place or another time";
  }
  SECTION("slot") {
    ++read.place.slot;
    said = "another place or another time";
  }
  SECTION("generation") {
    ++read.place.generation;
    said = "another place or another time";
  }
  SECTION("key") {
    read.key = key(9);
    said = "holds another key, " + to_hex(key(1));
  }
  SECTION("namespace") {
    read.name = "other";
    said = "holds a block of namespace \"model\", expected \"other\"";
  }
  SECTION("length") {
    read.payload_bytes = 5001;
    said = "holds 5000 payload bytes, expected 5001";
  }
  SECTION("offset") {
    read.place.offset += 4096; // the payload's first page
    said = "offset 16384";
  }
  world.read(read);
  CHECK(read.outcome.code() == errc::corrupt);
  CHECK(read.outcome.error().context.find(said) != std::string::npos);
}

TEST_CASE("A payload of which one byte has changed is not handed out") {
  records_world world;
  const std::array<std::byte, 1> wrong{std::byte{0xa5} ^ world.write.records[2]->request.item.payload.bytes()[99'999]};
  const std::array parts{std::span<const std::byte>{wrong}};
  REQUIRE(world.target->write(world.write.records[2]->at.offset + 4096 + 99'999, parts));
  auto read = world.expect(2);
  world.read(read);
  CHECK(read.outcome.code() == errc::corrupt);
  CHECK(read.outcome.error().context == "/cache/segments/00000004.segment, offset 24576: the payload's checksum does "
                                        "not match its bytes");
}

TEST_CASE("A record behind the end of its file is damaged, and so is one that the medium does not give") {
  records_world world;
  auto read = world.expect(2);
  SECTION("the file ends") { read.place.offset += 4096; }
  SECTION("the medium fails") { world.disk->fail_next(file_operation::read, errc::io); }
  world.read(read);
  CHECK(read.outcome.code() == errc::corrupt);
}

TEST_CASE("A read for which the system had no memory says nothing about the record") {
  records_world world;
  world.disk->fail_next(file_operation::read, errc::no_memory);
  auto read = world.expect(1);
  world.read(read);
  CHECK(read.outcome.code() == errc::no_memory);
}
