#include "tests/storage/files/files_on_disk.hpp"

using namespace hearth::testing;

TEST_CASE("A damaged block is never handed out: it is taken out, counted, and its file removed") {
  memory_store_world world;
  world.open(4, 5000);
  REQUIRE(world.append(1, 5000) == errc::none);
  const auto path = only_block(world);
  SECTION("a flipped bit in the payload") { flip(*world.disk, path, 4096 + 4999); }
  SECTION("a flipped bit in the header") { flip(*world.disk, path, 4095); }
  SECTION("a file that ends early") { truncate(*world.disk, path, 9000); }
  SECTION("a file that is gone") { REQUIRE(world.disk->remove(path)); }
  SECTION("the file of another key") {
    REQUIRE(world.append(2, 5000) == errc::none);
    const auto other = blocks_directory + names_in(*world.disk, "/cache/blocks").back();
    REQUIRE(world.disk->rename(other, path));
  }
  SECTION("the block of another namespace") {
    REQUIRE(world.append(1, 5000, 0, 1) == errc::none);
    const auto other = read_file(*world.disk, only_block(world));
    REQUIRE(world.store->erase(key(1)));
    REQUIRE(world.append(1, 5000, 0, 0) == errc::none);
    const auto mine = only_block(world);
    REQUIRE(world.disk->remove(mine));
    put_file(*world.disk, mine, other);
  }
  CHECK(world.read(1).code() == errc::corrupt);
  CHECK_FALSE(world.store->find(key(1)));
  CHECK(world.read(1).code() == errc::not_found);
  CHECK(world.store->ledger(std::nullopt).corrupt == cold_amount{1, 5000});
  CHECK(world.balanced());
  REQUIRE(world.store->clear(std::nullopt) <= 1);
  CHECK(world.sync() == errc::none);
  CHECK(files_in(world) == 0);
  CHECK(world.store->bytes_in_use() == files_store_fixed_bytes);
}

TEST_CASE("The room of what was replaced and erased comes back on the disk") {
  memory_store_world world;
  world.open(3, 5000);
  const auto empty = world.store->bytes_in_use();
  CHECK(empty == files_store_fixed_bytes);
  REQUIRE(world.append(1, 5000) == errc::none);
  REQUIRE(world.append(1, 300, 77, 1) == errc::none);
  CHECK(world.store->bytes_in_use() == empty + world.store->record_bytes(300));
  CHECK(world.store->erase(key(1)));
  CHECK(world.sync() == errc::none);
  CHECK(world.store->bytes_in_use() == empty);
}

TEST_CASE("A block whose file cannot be opened for the moment says so and stays") {
  memory_store_world world;
  world.open(4, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  world.disk->fail_next(file_operation::open, errc::io);
  CHECK(world.read(1).code() == errc::io);
  CHECK(world.read(1).ok());
}

TEST_CASE("A block that the disk cannot read is taken out, so that the next put writes it anew") {
  memory_store_world world;
  world.open(4, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  world.disk->fail_next(file_operation::read, errc::io, 1, GENERATE(0u, 1u)); // the header, the payload
  CHECK(world.read(1).code() == errc::corrupt);
  CHECK_FALSE(world.store->find(key(1)));
  CHECK(world.store->ledger(std::nullopt).corrupt == cold_amount{1, 100});
  CHECK(world.balanced());
  world.settle();
  CHECK(files_in(world) == 0);
  CHECK(world.append(1, 100) == errc::none);
  CHECK(world.read(1).ok());
}

TEST_CASE("A write that fails leaves neither bytes nor a half block, and keeps what was there") {
  memory_store_world world;
  world.open(4, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  const auto before = world.store->bytes_in_use();
  const auto [operation, code] = GENERATE(table<file_operation, errc>({{file_operation::open, errc::no_space},
                                                                       {file_operation::open, errc::io},
                                                                       {file_operation::write, errc::no_space},
                                                                       {file_operation::write, errc::io},
                                                                       {file_operation::rename, errc::io},
                                                                       {file_operation::rename, errc::not_found}}));
  world.disk->fail_next(operation, code);
  CHECK(world.append(1, 100, 9) == (code == errc::no_space ? errc::no_space : errc::io));
  CHECK(same(world.read(1).value(), payload(1, 100)));
  CHECK(world.store->bytes_in_use() == before);
  CHECK(files_in(world) == 1);
  CHECK(world.store->ledger(std::nullopt).persisted.blocks == 1);
  CHECK(world.append(1, 100, 9) == errc::none);
}

TEST_CASE("A disk that is full before the budget is used up gives up old blocks for new ones") {
  memory_store_world world;
  world.open(20, 4096);
  world.disk->capacity(world.disk->bytes_in_use() + 5 * 8192);
  SECTION("one append after the other") {
    for (unsigned i = 1; i <= 30; ++i)
      REQUIRE(world.append(i, 4096) == errc::none);
  }
  SECTION("all at once, more than one disk full") {
    std::vector<append_item> batch;
    std::vector<answer<void>> appended(30);
    for (unsigned i = 1; i <= 30; ++i)
      batch.push_back({{key(i), 0, std::nullopt, payload(i, 4096)}, appended[i - 1].done()});
    world.store->append(std::move(batch));
    world.settle();
    for (const auto& one : appended)
      CHECK(one.ok());
  }
  CHECK(world.numbers() == std::vector<unsigned>{26, 27, 28, 29, 30});
  for (const auto number : world.numbers())
    CHECK(same(world.read(number).value(), payload(number, 4096)));
  const auto ledger = world.store->ledger(std::nullopt);
  CHECK(ledger.persisted.blocks == 30);
  CHECK(ledger.reclaimed.blocks == 25);
  CHECK(world.balanced());
  CHECK(files_in(world) == 5);
  CHECK(world.store->bytes_in_use() == files_store_fixed_bytes + 5 * 8192);
}

TEST_CASE("On a full disk an append fails with no_space if too little could be reclaimed for it, and nothing leaves") {
  memory_store_world world;
  world.open(9, 4096);
  REQUIRE(world.append(1, 4096) == errc::none);
  REQUIRE(world.append(2, 4096) == errc::none);
  world.disk->capacity(world.disk->bytes_in_use() + 4096);
  CHECK(world.append(3, 5 * 4096) == errc::no_space);
  CHECK(world.append(1, 2 * 4096, 9) == errc::no_space); // not the block that it replaces
  CHECK(world.numbers() == std::vector<unsigned>{1, 2});
  CHECK(same(world.read(1).value(), payload(1, 4096)));
  CHECK(world.store->ledger(std::nullopt).reclaimed.blocks == 0);
  world.disk->capacity(1 << 20);
  CHECK(world.append(3, 5 * 4096) == errc::none);
}

TEST_CASE("A disk that stays full, whatever is removed, fails the append after one more try") {
  memory_store_world world;
  world.open(9, 4096);
  for (unsigned i = 1; i <= 3; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  world.disk->fail_next(file_operation::write, errc::no_space, 2);
  CHECK(world.append(4, 4096) == errc::no_space);
  CHECK(world.numbers() == std::vector<unsigned>{2, 3});
  CHECK(world.append(4, 4096) == errc::none);
  CHECK(world.balanced());
  CHECK(world.store->bytes_in_use() == files_store_fixed_bytes + 3 * 8192);
}

TEST_CASE("An append that waits for its second try on a full disk can be erased, or the store closed") {
  memory_store_world world;
  world.open(9, 4096);
  REQUIRE(world.append(1, 4096) == errc::none);
  world.disk->fail_next(file_operation::write, errc::no_space);
  auto appended = world.start_append(2, 4096);
  auto behind = world.start_append(3, 4096);
  while (world.store->ledger(std::nullopt).reclaimed.blocks == 0 || files_in(world) > 1) {
    REQUIRE(world.io.disk->next_due_ns());
    *world.io.now_ns = *world.io.disk->next_due_ns();
    world.io.disk->step();
  }
  CHECK_FALSE(appended.given());
  SECTION("erased") {
    world.store->erase(key(2));
    world.settle();
    CHECK(appended.ok());
    CHECK_FALSE(world.store->find(key(2)));
  }
  SECTION("closed") {
    world.store.reset();
    world.settle();
    CHECK(appended.given());
  }
  CHECK(behind.given());
}

TEST_CASE("The limit holds on the disk at every instant, whatever happens") {
  memory_store_world world;
  world.open(6, 4096);
  std::mt19937 random{20261123};
  std::vector<answer<void>> appended;
  std::vector<answer<block>> got;
  for (int round = 0; round < 3000; ++round) {
    const unsigned number = random() % 20;
    const auto fault = static_cast<file_operation>(1 + random() % 4);
    const bool full = random() % 2 == 0;
    switch (random() % 10) {
    case 0:
    case 1:
    case 2:
    case 3: appended.push_back(world.start_append(number, 1 + random() % 12'000)); break;
    case 4: got.push_back(world.start_read(number)); break;
    case 5: world.store->erase(key(number)); break;
    case 6: world.disk->fail_next(fault, full ? errc::no_space : errc::io, 1 + random() % 2, random() % 3); break;
    case 7: world.settle(); break;
    case 8: world.store->touch(key(number)); break;
    default:
      *world.io.now_ns += 150'000;
      world.io.disk->step();
      break;
    }
    REQUIRE(world.balanced());
    REQUIRE(world.disk->bytes_in_use() <= world.store->bytes_in_use());
  }
  world.settle();
  CHECK(world.disk->bytes_peak() <= world.store->bytes_max());
  for (const auto& one : appended)
    CHECK(one.given());
  for (const auto& one : got)
    CHECK(one.given());
}

TEST_CASE("An erase takes an append in flight along; a later append of the key stays") {
  memory_store_world world;
  world.open(4, 100);
  auto first = world.start_append(1, 100, 10);
  SECTION("by its key") { CHECK_FALSE(world.store->erase(key(1))); }
  SECTION("by its namespace") { CHECK(world.store->clear(namespace_id{0}) == 0); }
  auto second = world.start_append(1, 100, 20);
  world.settle();
  CHECK(first.ok());
  CHECK(second.ok());
  CHECK(same(world.read(1).value(), payload(21, 100)));
  CHECK(files_in(world) == 1);
  CHECK(world.store->ledger(std::nullopt).persisted.blocks == 2);
  CHECK(world.store->ledger(std::nullopt).erased.blocks == 1);
}

TEST_CASE("A block is not reclaimed while it is read; the append waits for the read instead") {
  memory_store_world world;
  world.open(1, 4096);
  REQUIRE(world.append(1, 4096) == errc::none);
  auto got = world.start_read(1);
  auto appended = world.start_append(2, 4096);
  CHECK_FALSE(appended.given());
  CHECK(world.store->find(key(1)));
  world.settle();
  CHECK(same(got.value(), payload(1, 4096)));
  CHECK(appended.ok());
  CHECK(world.numbers() == std::vector<unsigned>{2});
}

TEST_CASE("A replacement never gives up the block it replaces to make room for itself") {
  memory_store_world world;
  SECTION("another block leaves, even a younger one") {
    world.open(2, 4096);
    REQUIRE(world.append(1, 4096) == errc::none);
    REQUIRE(world.append(2, 4096) == errc::none);
    CHECK(world.append(1, 4096, 5) == errc::none);
    CHECK(world.numbers() == std::vector<unsigned>{1});
  }
  SECTION("without another one it fails, and the block stays") {
    world.open(1, 4096);
    REQUIRE(world.append(1, 4096) == errc::none);
    CHECK(world.append(1, 4096, 5) == errc::no_space);
    CHECK(same(world.read(1).value(), payload(1, 4096)));
  }
}

TEST_CASE("A store that is destroyed while the disk hangs answers what waits and keeps its directory until the end") {
  memory_store_world world;
  world.open(1, 4096);
  auto writing = world.start_append(1, 4096);
  auto waiting = world.start_append(2, 4096);
  answer<void> synced;
  world.store->erase(key(1));
  world.store->sync(synced.done());
  world.io.disk->hang(true);
  world.store.reset();
  CHECK(waiting.code() == errc::closed);
  CHECK(synced.code() == errc::closed);
  CHECK_FALSE(writing.given());
  CHECK(world.try_open(1 << 20).code() == errc::busy);
  world.io.disk->hang(false);
  world.settle();
  CHECK(writing.ok());
  CHECK(files_in(world) == 0); // the erase of what was being written still holds
  CHECK(world.try_open(1 << 20).ok());
}

TEST_CASE("A store may own its engine: destroying both ends every job and answers every call") {
  posix_store_world world;
  answer<void> appended;
  answer<void> synced;
  {
    auto opened = open_files_store({world.directory.path(), 1 << 20, world.disk, make_io_threads({}), world.namespaces,
                                    [] { return std::int64_t{1}; }});
    REQUIRE(opened);
    std::vector<append_item> batch;
    batch.push_back({{key(1), 0, std::nullopt, payload(1, 9000)}, appended.done()});
    opened->store->append(std::move(batch));
    opened->store->erase(key(1));
    opened->store->sync(synced.done());
  }
  synced.wait();
  appended.wait();
  CHECK((synced.ok() || synced.code() == errc::closed));
  CHECK((appended.ok() || appended.code() == errc::closed));
}

TEST_CASE("An engine that stops closes the store: every call is answered") {
  memory_store_world world;
  world.open(2, 4096);
  REQUIRE(world.append(1, 4096) == errc::none);
  auto writing = world.start_append(2, 4096);
  auto queued = world.start_read(1);
  auto waiting = world.start_append(3, 4096);
  world.io.disk->hang(true);
  CHECK_FALSE(world.io.disk->stop(std::chrono::seconds{1}));
  CHECK(queued.code() == errc::closed);
  CHECK(waiting.code() == errc::closed);
  CHECK(world.append(4, 100) == errc::closed);
  CHECK(world.read(1).code() == errc::closed);
  CHECK(world.sync() == errc::closed);
  world.store->touch(key(1));
  CHECK(world.balanced());
  world.io.disk->hang(false);
  world.settle();
  CHECK(writing.ok());
}
