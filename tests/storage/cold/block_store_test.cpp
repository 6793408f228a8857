#include "tests/storage/cold/block_store_worlds.hpp"

#include <mutex>
#include <tuple>

using namespace hearth::testing;

// Contract of block_store.hpp, tested over a map in memory and over segments with every I/O engine. One case does not
// run over the map, which opens in one step: "Opening tells how far it is". The parts of the contract that concern a
// disk are in tests of segments: damage (segments_damage_test), faults and full disks (segments_faults_test), crashes
// (segments_crash_test), files (segments_recovery_test, neighbours_test, mounts_test).
using segment_worlds = std::tuple<memory_segments_world, posix_segments_world>;
using store_worlds = std::tuple<memory_store_world, memory_segments_world, posix_segments_world>;

TEMPLATE_LIST_TEST_CASE("A block is found and read back exactly as it was appended", "", store_worlds) {
  TestType world;
  world.open(10, 20'000);
  const auto size = GENERATE(std::size_t{1}, std::size_t{4095}, std::size_t{4096}, std::size_t{20'000});
  CHECK_FALSE(world.store->find(key(1)));
  REQUIRE(world.append(1, size) == errc::none);
  const auto found = world.store->find(key(1));
  REQUIRE(found);
  CHECK(found->payload_bytes == size);
  CHECK(found->name_space == 0);
  const auto got = world.read(1);
  REQUIRE(got.ok());
  CHECK(same(got.value(), payload(1, size)));
  CHECK(world.store->bytes_in_use() <= world.store->bytes_max());
}

TEMPLATE_LIST_TEST_CASE("A block that is absent, or belongs to another namespace, is not found", "", store_worlds) {
  TestType world;
  world.open(4, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  CHECK(world.read(2).code() == errc::not_found);
  CHECK(world.read(1, 1).code() == errc::not_found);
}

TEMPLATE_LIST_TEST_CASE("A batch is answered block by block", "", store_worlds) {
  TestType world;
  world.open(8, 100);
  std::vector<append_item> blocks;
  std::vector<answer<void>> appended(5);
  for (unsigned i = 0; i < 5; ++i)
    blocks.push_back({{key(i), 0, std::nullopt, payload(i, i == 3 ? 1'000'000 : 100)}, appended[i].done()});
  world.store->append(std::move(blocks));
  world.settle();
  std::vector<read_item> reads;
  std::vector<answer<block>> got(5);
  for (unsigned i = 0; i < 5; ++i)
    reads.push_back({key(i), 0, got[i].done()});
  world.store->read(std::move(reads));
  world.settle();
  for (unsigned i = 0; i < 5; ++i) {
    CHECK(appended[i].code() == (i == 3 ? errc::too_large : errc::none));
    CHECK(got[i].code() == (i == 3 ? errc::not_found : errc::none));
  }
}

TEMPLATE_LIST_TEST_CASE("A read that is cancelled before it begins is not made, and harms nothing", "", store_worlds) {
  TestType world;
  world.open(4, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  const auto cancelled = std::make_shared<cancellation>(true);
  answer<block> given_up;
  answer<block> wanted;
  std::vector<read_item> reads;
  reads.push_back({key(1), 0, given_up.done(), cancelled});
  reads.push_back({key(1), 0, wanted.done(), std::make_shared<cancellation>(false)});
  world.store->read(std::move(reads));
  world.settle();
  CHECK(given_up.code() == errc::timeout);
  CHECK(wanted.ok());
  CHECK(world.read(1).ok());
  CHECK(world.balanced());
}

TEMPLATE_LIST_TEST_CASE("Room is made by giving up the least recently used", "", store_worlds) {
  TestType world;
  world.open(3, 100);
  for (unsigned i = 1; i <= 3; ++i)
    REQUIRE(world.append(i, 100) == errc::none);
  CHECK(world.store->bytes_in_use() == world.store->bytes_max());
  CHECK(world.store->keys().size() == 3);

  SECTION("a read counts as use") { REQUIRE(world.read(1).ok()); }
  SECTION("a touch counts as use") { world.store->touch(key(1)); }
  SECTION("a failed read of something else does not") {
    world.store->touch(key(1));
    CHECK(world.read(9).code() == errc::not_found);
  }
  std::mutex mutex; // the listener is called on any thread
  std::vector<block_key> heard;
  world.store->on_reclaimed([&](std::vector<block_key> keys) {
    std::lock_guard guard{mutex};
    heard.insert(heard.end(), keys.begin(), keys.end());
  });
  REQUIRE(world.append(4, 100) == errc::none);
  world.store->on_reclaimed({});
  CHECK(world.numbers() == std::vector<unsigned>{3, 1, 4});
  {
    std::lock_guard guard{mutex};
    CHECK(heard == std::vector{key(2)});
  }
  const auto ledger = world.store->ledger(std::nullopt);
  CHECK(ledger.persisted == cold_amount{4, 400});
  CHECK(ledger.reclaimed == cold_amount{1, 100});
  CHECK(ledger.present == cold_amount{3, 300});
  CHECK(world.balanced());
}

TEMPLATE_LIST_TEST_CASE("Many more appends than fit, at once, all succeed and stay within the budget", "",
                        store_worlds) {
  TestType world;
  world.open(5, 4096);
  std::vector<append_item> batch;
  std::vector<answer<void>> appended(60);
  for (unsigned i = 0; i < 60; ++i)
    batch.push_back({{key(i), 0, std::nullopt, payload(i, 4096)}, appended[i].done()});
  world.store->append(std::move(batch));
  world.settle();
  for (const auto& one : appended)
    CHECK(one.ok());
  CHECK(world.store->bytes_in_use() == world.store->bytes_max());
  CHECK(world.store->keys().size() == 5);
  CHECK(world.balanced());
  for (const auto number : world.numbers())
    CHECK(same(world.read(number).value(), payload(number, 4096)));
}

TEMPLATE_LIST_TEST_CASE("A block that can never fit is refused, and nothing leaves for it", "", store_worlds) {
  TestType world;
  world.open(2, 4096);
  REQUIRE(world.append(1, 4096) == errc::none);
  std::size_t largest = 4096;
  while (world.store->look_up(key(2), largest + 1).fits)
    largest += 4096;
  CHECK(largest >= 3 * 4096); // room for two blocks, and a header
  CHECK(world.store->look_up(key(2), largest).fits);
  CHECK_FALSE(world.store->look_up(key(2), largest).entry);
  CHECK(world.store->look_up(key(1), largest).entry->payload_bytes == 4096);
  CHECK(world.append(2, largest + 1) == errc::too_large);
  CHECK(world.store->find(key(1)));
  CHECK(world.append(3, largest) == errc::none);
  CHECK_FALSE(world.store->find(key(1)));
  CHECK(same(world.read(3).value(), payload(3, largest)));
}

TEMPLATE_LIST_TEST_CASE("A key that is there is replaced", "", store_worlds) {
  TestType world;
  world.open(3, 5000);
  REQUIRE(world.append(1, 5000) == errc::none);
  REQUIRE(world.append(1, 300, 77, 1) == errc::none);
  CHECK(world.store->find(key(1))->payload_bytes == 300);
  CHECK(same(world.read(1, 1).value(), payload(78, 300)));
  const auto ledger = world.store->ledger(std::nullopt);
  CHECK(ledger.present == cold_amount{1, 300});
  CHECK(ledger.erased == cold_amount{1, 5000});
  CHECK(world.store->ledger(std::nullopt).bytes_on_disk == world.store->look_up(key(1), 300).record_bytes);
}

TEMPLATE_LIST_TEST_CASE("An erased block is gone at once, and its room serves others", "", store_worlds) {
  TestType world;
  world.open(3, 100);
  for (unsigned i = 1; i <= 3; ++i)
    REQUIRE(world.append(i, 100) == errc::none);
  CHECK(world.store->erase(key(2)));
  CHECK_FALSE(world.store->find(key(2)));
  CHECK_FALSE(world.store->erase(key(2)));
  CHECK(world.read(2).code() == errc::not_found);
  CHECK(world.sync() == errc::none);
  REQUIRE(world.append(4, 100) == errc::none);
  CHECK(world.numbers() == std::vector<unsigned>{1, 3, 4});
  const auto ledger = world.store->ledger(std::nullopt);
  CHECK(ledger.erased == cold_amount{1, 100});
  CHECK(ledger.reclaimed == cold_amount{});
}

TEMPLATE_LIST_TEST_CASE("Persisted is told apart from synced", "", store_worlds) {
  TestType world;
  world.open(5, 100);
  REQUIRE(world.append(1, 100) == errc::none);
  REQUIRE(world.append(2, 150, 0, 1) == errc::none);
  REQUIRE(world.sync() == errc::none);
  CHECK(world.store->ledger(std::nullopt).synced == cold_amount{2, 250});
  REQUIRE(world.append(3, 100) == errc::none);
  CHECK(world.store->ledger(namespace_id{0}).persisted == cold_amount{2, 200});
  CHECK(world.store->ledger(namespace_id{1}).synced == cold_amount{1, 150});
  world.store->sync_soon();
  world.settle();
  CHECK(world.store->ledger(std::nullopt).synced == cold_amount{3, 350});
  const auto activity = world.store->activity();
  CHECK(activity.syncs >= 2);
  CHECK(activity.payload_bytes == 350);
  CHECK(activity.written_bytes >= 350 + 3 * 4096);
}

TEMPLATE_LIST_TEST_CASE("The limit can be lowered and raised while running", "", store_worlds) {
  TestType world;
  world.open(5, 4096);
  for (unsigned i = 1; i <= 5; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  const auto full = world.store->bytes_max();
  const auto lower = full / 2;
  REQUIRE(world.store->limit(lower));
  world.settle();
  CHECK(world.store->bytes_max() == lower);
  CHECK(world.store->bytes_in_use() <= lower);
  const auto left = world.numbers();
  CHECK(left.size() < 5);
  CHECK(left.back() == 5);
  CHECK(world.store->ledger(std::nullopt).reclaimed.blocks == 5 - left.size());
  REQUIRE(world.append(6, 4096) == errc::none);
  CHECK(world.store->bytes_in_use() <= lower);
  REQUIRE(world.store->limit(full));
  for (unsigned i = 11; i <= 15; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.numbers() == std::vector<unsigned>{11, 12, 13, 14, 15});
  CHECK(world.store->limit(1).code() == errc::invalid_argument);
  CHECK(world.store->bytes_max() == full);
  CHECK(world.balanced());
}

TEMPLATE_LIST_TEST_CASE(
    "A limit lowered under reads and writes is reached when they have ended, with nothing asked since", "",
    store_worlds) {
  TestType world;
  world.open(8, 4096);
  for (unsigned i = 1; i <= 6; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  const auto lower = world.room_for(4, 4096);
  const auto got = world.start_read(1);
  const auto first = world.start_append(7, 4096);
  const auto second = world.start_append(8, 4096);
  REQUIRE(world.store->limit(lower));
  world.settle();
  CHECK(same(got.value(), payload(1, 4096)));
  CHECK(first.ok());
  CHECK(second.ok());
  CHECK(world.store->bytes_in_use() <= lower);
  CHECK(world.numbers().size() == 4);
  CHECK(world.balanced());
}

TEMPLATE_LIST_TEST_CASE("Clearing takes one namespace or all of them", "", store_worlds) {
  TestType world;
  world.open(6, 100);
  for (unsigned i = 0; i < 4; ++i)
    REQUIRE(world.append(i, 100, 0, i < 3 ? 0 : 1) == errc::none);
  CHECK(world.store->clear(namespace_id{0}) == 3);
  CHECK(world.numbers() == std::vector<unsigned>{3});
  CHECK(world.store->ledger(namespace_id{0}).erased.blocks == 3);
  CHECK(world.store->ledger(namespace_id{1}).present.blocks == 1);
  CHECK(world.store->clear(std::nullopt) == 1);
  CHECK(world.store->keys().empty());
  CHECK(world.store->clear(std::nullopt) == 0);
  CHECK(world.balanced());
}

TEMPLATE_LIST_TEST_CASE("Blocks, namespaces and the order of use survive a restart; what was erased stays away", "",
                        store_worlds) {
  TestType world;
  world.open(6, 100);
  for (unsigned i = 1; i <= 5; ++i)
    REQUIRE(world.append(i, 100 + i, 0, i % 2) == errc::none);
  REQUIRE(world.read(2, 0).ok());
  world.store->touch(key(1));
  world.store->erase(key(4));
  REQUIRE(world.sync() == errc::none);
  const auto before = world.numbers();
  world.close();

  world.open(6, 100);
  CHECK(world.numbers() == before);
  CHECK(world.numbers() == std::vector<unsigned>{3, 5, 2, 1});
  CHECK(world.report.recovered == 4);
  CHECK(world.store->ledger(namespace_id{1}).recovered == cold_amount{3, 101 + 103 + 105});
  CHECK(same(world.read(5, 1).value(), payload(5, 105)));
  REQUIRE(world.append(9, 100) == errc::none);
  CHECK(world.numbers() == std::vector<unsigned>{3, 2, 1, 5, 9});
  CHECK(world.balanced());
}

TEMPLATE_LIST_TEST_CASE("A touch of what is not there is ignored", "", store_worlds) {
  TestType world;
  world.open(2, 100);
  world.store->touch(key(1));
  world.settle();
  CHECK(world.store->keys().empty());
}

TEMPLATE_LIST_TEST_CASE("After every answer has been given nothing is in flight and every append was answered once", "",
                        store_worlds) {
  TestType world;
  world.open(4, 6000);
  std::mt19937 random{5};
  std::vector<answer<void>> appended;
  std::vector<answer<block>> got;
  for (int round = 0; round < 300; ++round) {
    const unsigned number = random() % 8;
    switch (random() % 6) {
    case 0:
    case 1: appended.push_back(world.start_append(number, 1 + random() % 6000)); break;
    case 2:
    case 3: got.push_back(world.start_read(number)); break;
    case 4: world.store->erase(key(number)); break;
    default: world.store->touch(key(number)); break;
    }
    CHECK(world.store->bytes_in_use() <= world.store->bytes_max());
    CHECK(world.balanced());
  }
  world.settle();
  for (const auto& one : appended)
    CHECK(one.ok());
  for (const auto& one : got)
    CHECK((one.ok() || one.code() == errc::not_found));
  std::uint64_t held = 0;
  for (const auto& key : world.store->keys())
    held += world.store->look_up(key, world.store->find(key)->payload_bytes).record_bytes;
  CHECK(world.store->ledger(std::nullopt).bytes_on_disk == held);
  CHECK(world.store->bytes_in_use() >= held);
  CHECK(world.balanced());
}

TEMPLATE_LIST_TEST_CASE("A block comes back with its namespace and its parent, also after a restart", "",
                        store_worlds) {
  TestType world;
  world.open(10, 100);
  answer<void> appended;
  std::vector<append_item> batch;
  batch.push_back({{key(2), 1, key(1), payload(2, 100)}, appended.done()});
  world.store->append(std::move(batch));
  world.settle();
  REQUIRE(appended.ok());
  REQUIRE(world.append(1, 100) == errc::none);
  const bool restarted = GENERATE(false, true);
  if (restarted) {
    world.close();
    world.open(10, 100);
  }
  const auto tail = world.read(2, 1);
  REQUIRE(tail.ok());
  CHECK(tail.value().key == key(2));
  CHECK(tail.value().name_space == 1);
  CHECK(tail.value().parent == key(1));
  const auto head = world.read(1);
  REQUIRE(head.ok());
  CHECK_FALSE(head.value().parent);
}

TEMPLATE_LIST_TEST_CASE("Opening tells how far it is, from nothing to all of it", "", segment_worlds) {
  TestType world;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
  world.on_opening = [&](std::uint64_t done, std::uint64_t total) { told.emplace_back(done, total); };
  using steps = decltype(told);
  world.open(5, 100);
  CHECK(told == steps{{0, 0}}); // the directory is empty
  for (unsigned i = 0; i < 3; ++i)
    REQUIRE(world.append(i, 100) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.close();
  CHECK(told.size() == 1);
  told.clear();
  world.open(5, 100); // one block per segment
  CHECK(told == steps{{0, 3}, {1, 3}, {2, 3}, {3, 3}});
  CHECK(world.report.recovered == 3);
}

TEMPLATE_LIST_TEST_CASE("Blocks of namespaces that are unclaimed since the opening are evicted first", "",
                        store_worlds) {
  TestType world;
  world.open(4, 100);
  for (unsigned i = 1; i <= 4; ++i)
    REQUIRE(world.append(i, 100, 0, i % 2) == errc::none); // 2 and 4 in "a", 1 and 3 in "b"
  REQUIRE(world.sync() == errc::none);
  world.close();
  world.namespaces = std::make_shared<namespace_table>(4);
  world.open(4, 100);
  const auto b = world.namespaces->claim("b").value();
  CHECK(world.numbers() == std::vector<unsigned>{1, 2, 3, 4});
  REQUIRE(world.append(5, 100, 0, b) == errc::none);
  CHECK(world.numbers() == std::vector<unsigned>{1, 3, 4, 5});
  const bool named = GENERATE(false, true);
  if (named)
    REQUIRE(world.namespaces->claim("a"));
  REQUIRE(world.append(6, 100, 0, b) == errc::none);
  CHECK(world.numbers() == (named ? std::vector<unsigned>{3, 4, 5, 6} : std::vector<unsigned>{1, 3, 5, 6}));
  REQUIRE(world.append(7, 100, 0, b) == errc::none); // no block is unclaimed now
  CHECK(world.numbers() == (named ? std::vector<unsigned>{4, 5, 6, 7} : std::vector<unsigned>{3, 5, 6, 7}));
  CHECK(world.balanced());
}
