#include "storage/cold/detachable_store.hpp"
#include "tests/storage/cold/block_store_worlds.hpp"
#include "tests/support/text_files.hpp"

using namespace hearth::testing;

namespace {

/// Detachable store over segments: files in memory, I/O in virtual time.
class detachable_world : public memory_segments_world {
public:
  void open(std::uint64_t blocks, std::size_t block_bytes) override {
    detachable_store_config config;
    config.directory = "/cache";
    config.files = disk;
    config.io = io.engine();
    config.namespaces = namespaces;
    config.open = [this](std::uint64_t bytes_max) { return try_open(bytes_max); };
    config.tombstones_max = tombstones_max;
    auto opened = detachable_store::open(std::move(config), room_for(blocks, block_bytes));
    REQUIRE(opened);
    detachable = *opened;
    store = detachable;
  }
  void close() override {
    detachable.reset();
    memory_segments_world::close();
  }
  errc look() {
    answer<void> seen;
    detachable->look(seen.done());
    settle();
    return seen.code();
  }
  errc reattach() {
    std::optional<result<recovery_report>> got;
    detachable->reattach([&](result<recovery_report> outcome) { got = std::move(outcome); });
    settle();
    REQUIRE(got);
    if (!*got)
      last_error = got->error().context;
    return got->code();
  }
  void away() { disk->move_directory("/cache", "/away"); }
  void back() { disk->move_directory("/away", "/cache"); }
  std::vector<unsigned> abandon() {
    std::vector<unsigned> numbers;
    for (const auto& one : detachable->abandon()) {
      CHECK(one.entry.payload_bytes == 100);
      numbers.push_back(std::to_integer<unsigned>(one.key.bytes[31]));
    }
    settle();
    return numbers;
  }

  std::size_t tombstones_max = 100;
  std::shared_ptr<detachable_store> detachable;
  std::string last_error;
};

using numbers_of = std::vector<unsigned>;

/// A block cannot be read and is removed; its record stays on the disk.
void give_up_unreadable(detachable_world& world, unsigned number) {
  world.disk->fail_next(file_operation::remove, errc::io, 1);
  world.disk->fail_next(file_operation::read, errc::io, 1);
  REQUIRE(world.read(number).code() == errc::corrupt);
}

} // namespace

TEST_CASE("A directory that goes away takes its blocks along, and brings them back") {
  detachable_world world;
  open_with_three(world);
  CHECK(world.look() == errc::none);
  world.away();
  CHECK(world.look() == errc::not_found);
  CHECK(world.detachable->attached());
  CHECK(world.abandon() == numbers_of{1, 2, 3});
  CHECK_FALSE(world.detachable->attached());
  CHECK(world.abandon().empty());

  CHECK_FALSE(world.store->find(key(1)));
  CHECK(world.read(1).code() == errc::not_found);
  CHECK(world.append(4, 100) == errc::io);
  CHECK(world.sync() == errc::io);
  CHECK(world.store->limit(1 << 20).code() == errc::io);
  CHECK(world.store->keys().empty());
  CHECK(world.store->bytes_in_use() == 0);
  auto ledger = world.store->ledger(std::nullopt);
  CHECK(ledger.persisted == cold_amount{3, 300});
  CHECK(ledger.vanished == cold_amount{3, 300});
  CHECK(ledger.present == cold_amount{});
  CHECK(world.balanced());

  CHECK(world.reattach() == errc::not_found);
  world.back();
  CHECK(world.reattach() == errc::none);
  CHECK(world.detachable->attached());
  CHECK(world.detachable->report().recovered == 3);
  for (unsigned number = 1; number <= 3; ++number)
    CHECK(same(world.read(number).value(), payload(number, 100)));
  CHECK(world.append(4, 100) == errc::none);
  ledger = world.store->ledger(std::nullopt);
  CHECK(ledger.recovered == cold_amount{3, 300});
  CHECK(ledger.persisted == cold_amount{4, 400});
  CHECK(ledger.present == cold_amount{4, 400});
  CHECK(world.balanced());
  CHECK(world.store->activity().payload_bytes == 400);
}

TEST_CASE("What is erased while the directory is away does not come back with it, not after a restart either") {
  detachable_world world;
  world.open(8, 100);
  for (unsigned number = 1; number <= 3; ++number)
    REQUIRE(world.append(number, 100) == errc::none);
  REQUIRE(world.append(4, 100, 0, 1) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.away();
  static_cast<void>(world.abandon());
  CHECK_FALSE(world.store->erase(key(2)));
  CHECK(world.store->clear(1) == 0);
  world.back();
  REQUIRE(world.reattach() == errc::none);
  CHECK(world.numbers() == numbers_of{1, 3});
  REQUIRE(world.sync() == errc::none);
  world.close();
  world.open(8, 100);
  CHECK(world.numbers() == numbers_of{1, 3});
}

TEST_CASE("An erase that was not durable when the directory went away holds when it is back, twice over") {
  detachable_world world;
  open_with_three(world);
  // However the store implements an erase, it cannot be done in a directory that is away.
  world.away();
  CHECK(world.store->erase(key(2)));
  CHECK(world.abandon() == numbers_of{1, 3});
  world.back();
  REQUIRE(world.reattach() == errc::none);
  CHECK(world.numbers() == numbers_of{1, 3});
  world.away();
  CHECK(world.abandon() == numbers_of{1, 3});
  world.back();
  REQUIRE(world.reattach() == errc::none);
  CHECK(world.numbers() == numbers_of{1, 3});
}

TEST_CASE("More erases than can be remembered clear the directory when it is back") {
  detachable_world world;
  world.tombstones_max = 10;
  open_with_three(world);
  world.away();
  static_cast<void>(world.abandon());
  for (unsigned number = 100; number <= 110; ++number)
    world.store->erase(key(number));
  world.back();
  REQUIRE(world.reattach() == errc::none);
  CHECK(world.numbers().empty());
  CHECK(world.store->ledger(std::nullopt).erased.blocks == 3);
  CHECK(world.balanced());
  CHECK(world.append(1, 100) == errc::none);
}

TEST_CASE("A write under way when the directory is abandoned is answered once, and never becomes readable") {
  detachable_world world;
  open_with_three(world);
  const auto appended = world.start_append(4, 100);
  const auto got = world.start_read(1);
  answer<void> synced;
  world.store->sync(synced.done());
  world.away();
  CHECK(world.detachable->abandon().size() == 3);
  CHECK(world.reattach() != errc::none); // and everything ends
  CHECK(appended.given());
  CHECK(got.given());
  CHECK(synced.given());
  CHECK_FALSE(world.store->find(key(4)));
  CHECK(world.balanced());
  world.back();
  CHECK(world.reattach() == errc::none);
  CHECK(world.numbers() == numbers_of{1, 2, 3});
}

TEST_CASE("A new empty directory is taken into use, another store's is left as it is") {
  detachable_world world;
  open_with_three(world);
  world.away();
  static_cast<void>(world.abandon());
  REQUIRE(world.disk->create_directory("/cache"));
  ++world.clock_ns; // the store's number comes from the clock
  REQUIRE(world.reattach() == errc::none);
  CHECK(world.numbers().empty());
  CHECK(world.append(5, 100) == errc::none);
  CHECK(world.numbers() == numbers_of{5});

  world.disk->move_directory("/cache", "/third");
  static_cast<void>(world.abandon());
  world.back();
  const std::string folder = "/cache/segments";
  const auto before = names_in(*world.disk, folder);
  CHECK(world.reattach() == errc::unsupported);
  CHECK(world.last_error.find("another store") != std::string::npos);
  CHECK(names_in(*world.disk, folder) == before);
}

TEST_CASE("A directory that was moved away is written to no more, nor is the one in its place") {
  detachable_world world;
  open_with_three(world);
  world.away();
  REQUIRE(world.disk->create_directory("/cache"));
  const std::string folder = "/cache/segments";
  REQUIRE(world.disk->create_directory(folder));
  CHECK(world.store->erase(key(1)));
  for (unsigned number = 4; number < 30; ++number)
    static_cast<void>(world.append(number, 100));
  CHECK(world.sync() == errc::io);
  CHECK(names_in(*world.disk, folder).empty());
  CHECK(world.look() == errc::not_found);
  static_cast<void>(world.abandon());
  CHECK(names_in(*world.disk, folder).empty());
}

TEST_CASE("A full store whose directory is away evicts hardly any block for appends that cannot be written") {
  detachable_world world;
  world.open(40, 100);
  for (unsigned number = 1; number <= 40; ++number)
    REQUIRE(world.append(number, 100) == errc::none);
  world.away();
  for (unsigned number = 41; number <= 80; ++number)
    CHECK(world.append(number, 100) != errc::none);
  CHECK(world.store->ledger(std::nullopt).reclaimed.blocks <= 2);
  world.back();
  for (unsigned number = 81; number <= 83; ++number)
    CHECK(world.append(number, 100) == errc::none);
  CHECK(world.store->ledger(std::nullopt).reclaimed.blocks <= 5);
  CHECK(world.balanced());
}

TEST_CASE("Releasing a store during its reattach releases all of it") {
  detachable_world world;
  open_with_three(world);
  world.away();
  static_cast<void>(world.abandon());
  world.back();
  answer<recovery_report> reattached;
  world.detachable->reattach(reattached.done());
  const std::weak_ptr<detachable_store> held = world.detachable;
  world.detachable.reset();
  world.store.reset();
  CHECK(held.expired()); // otherwise an engine on a hanging disk would own the store, and through it itself
  world.settle();
  CHECK(reattached.code() == errc::closed);
  CHECK(world.disk->lock("/cache/hearth.lock"));
}

TEST_CASE("A block that was put anew after an erase and synced is there when its directory is back") {
  detachable_world world;
  open_with_three(world);
  CHECK(world.store->erase(key(2)));
  REQUIRE(world.append(2, 100, 7) == errc::none);
  CHECK(world.store->erase(key(3)));
  answer<void> synced;
  world.store->sync(synced.done());
  CHECK(world.store->erase(key(1))); // after the sync: not known to be durable
  world.settle();
  REQUIRE(synced.ok());
  world.away();
  CHECK(world.abandon() == numbers_of{2});
  world.back();
  REQUIRE(world.reattach() == errc::none);
  CHECK(world.numbers() == numbers_of{2});
  CHECK(same(world.read(2).value(), payload(9, 100)));
}

TEST_CASE("A block that was reclaimed does not come back with a directory that went away meanwhile") {
  detachable_world world;
  world.open(40, 100);
  for (unsigned number = 1; number <= 40; ++number)
    REQUIRE(world.append(number, 100) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.away();
  REQUIRE(world.append(41, 100) != errc::none); // blocks were reclaimed for it, and their records are still on disk
  const auto lost = world.abandon();
  REQUIRE(lost.size() < 40);
  world.back();
  REQUIRE(world.reattach() == errc::none);
  CHECK(world.numbers() == lost);
  CHECK(world.balanced());
}

TEST_CASE("A block that could not be read does not come back with a directory that went away meanwhile") {
  detachable_world world;
  open_with_three(world);
  give_up_unreadable(world, 2);
  world.away();
  CHECK(world.abandon() == numbers_of{1, 3});
  world.back();
  REQUIRE(world.reattach() == errc::none);
  CHECK(world.numbers() == numbers_of{1, 3});
}

TEST_CASE("A block that was put anew after it could not be read is there when its directory is back") {
  detachable_world world;
  open_with_three(world);
  give_up_unreadable(world, 2);
  world.disk->fail_next(file_operation::remove, errc::io, 0);
  REQUIRE(world.append(2, 100, 7) == errc::none);
  world.away();
  CHECK(world.abandon() == numbers_of{1, 3, 2});
  world.back();
  REQUIRE(world.reattach() == errc::none);
  CHECK(same(world.read(2).value(), payload(9, 100)));
}

TEST_CASE("A block that was put anew after an erase is there when its directory is back, however often that was") {
  detachable_world world;
  open_with_three(world);
  CHECK(world.store->erase(key(2)));
  REQUIRE(world.append(2, 100, 7) == errc::none);
  for (int times = 0; times < 2; ++times) {
    world.away();
    CHECK(world.abandon().size() == 3);
    world.back();
    REQUIRE(world.reattach() == errc::none);
    CHECK(same(world.read(2).value(), payload(9, 100)));
  }
}

TEST_CASE("A cleared namespace that comes back with a directory takes nothing else along") {
  detachable_world world;
  world.tombstones_max = 2;
  open_with_three(world);
  REQUIRE(world.append(4, 100, 0, 1) == errc::none);
  world.away();
  CHECK(world.store->clear(0) == 3);
  CHECK(world.abandon() == numbers_of{4});
  world.back();
  REQUIRE(world.reattach() == errc::none);
  CHECK(world.numbers() == numbers_of{4});
}

TEST_CASE("A write whose failure was told does not come back as a block with the directory") {
  detachable_world world;
  open_with_three(world);
  const auto appended = world.start_append(4, 100);
  world.away();
  CHECK(world.detachable->abandon().size() == 3);
  world.settle();
  REQUIRE(appended.given());
  CHECK_FALSE(appended.ok());
  world.back();
  REQUIRE(world.reattach() == errc::none);
  CHECK(world.numbers() == numbers_of{1, 2, 3});
}
