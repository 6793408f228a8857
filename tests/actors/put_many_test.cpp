#include "tests/actors/actor_fixture.hpp"

using namespace hearth;
using namespace hearth::testing;

namespace {

struct chain_of {
  chain_of(unsigned first, unsigned last, std::size_t bytes = block_bytes) {
    for (auto number = first; number <= last; ++number) {
      keys.push_back(key(number));
      payloads.push_back(payload(number, bytes));
    }
  }
  std::vector<block_key> keys;
  std::vector<buffer> payloads;
};

cache_options room_for(std::uint64_t blocks) {
  auto options = small_cache();
  options.hot_bytes_max = blocks * block_bytes;
  options.lease_bytes_max = blocks * block_bytes;
  return options;
}

} // namespace

TEST_CASE("A chain of a thousand blocks goes in with one message and its answer, and comes out with none") {
  cache_world it{room_for(1000)};
  it.world.run();
  const chain_of chain{1, 1000};
  bool stored = false;
  it.kept.put_many_async(chain.keys, chain.payloads, {}, [&](const result<std::vector<result<put_outcome>>>& ends) {
    stored = ends.ok() && ends->size() == 1000;
    for (const auto& end : *ends)
      stored = stored && end.ok() && *end == put_outcome::stored;
  });
  CHECK(it.world.deliver() == 1); // the reply is not a message to an actor: it runs where it was sent
  REQUIRE(stored);
  const auto found = it.kept.get_prefix(chain.keys);
  REQUIRE(found.ok());
  REQUIRE(found->blocks.size() == 1000);
  CHECK(it.world.deliver() == 1); // many reads, one notification to hot_cache
}

TEST_CASE("What comes out is the very memory that was put in, hot or pending") {
  auto options = room_for(100);
  options.lease_bytes_max = 200 * block_bytes;
  cache_world it{options};
  const chain_of chain{1, 104}; // the queue takes four
  it.world.disk().hang(true);
  const auto ends = it.kept.put_many(chain.keys, chain.payloads);
  REQUIRE(ends.ok());
  for (const auto& end : *ends)
    REQUIRE(end.ok());
  const auto found = it.kept.get_prefix(chain.keys);
  REQUIRE(found.ok());
  REQUIRE(found->blocks.size() == 104);
  CHECK(it.counters().pending_hits == 4);
  for (std::size_t i = 0; i < found->blocks.size(); ++i)
    CHECK(found->blocks[i].bytes().data() == chain.payloads[i].bytes().data());
  it.world.disk().hang(false);
}

TEST_CASE("Of a chain that was put at once the tail leaves before the head") {
  cache_world it{room_for(4)};
  const chain_of chain{1, 4};
  REQUIRE(it.kept.put_many(chain.keys, chain.payloads).ok());
  REQUIRE(it.put(9).ok());
  REQUIRE(it.put(10).ok());
  it.world.run();
  const auto counters = it.counters();
  CHECK(it.kept.get_prefix(chain.keys)->blocks.size() == 4);
  CHECK(it.counters().hot_cache_hits == counters.hot_cache_hits + 2);
  CHECK(it.counters().cold_hits == counters.cold_hits + 2);
}

TEST_CASE("A chain whose head is there keeps it while its tail comes in, and each block says what became of it") {
  cache_world it{room_for(4)};
  const chain_of chain{1, 4};
  REQUIRE(it.put(1).ok());
  REQUIRE(it.put(20).ok());
  REQUIRE(it.put(21).ok());
  auto payloads = chain.payloads;
  payloads[2] = buffer{};
  const auto ends = it.kept.put_many(chain.keys, payloads);
  REQUIRE(ends.ok());
  REQUIRE(ends->size() == 4);
  CHECK(*ends->at(0) == put_outcome::refreshed);
  CHECK(*ends->at(1) == put_outcome::stored);
  CHECK(ends->at(2).code() == errc::invalid_argument);
  CHECK(*ends->at(3) == put_outcome::stored);
  const auto before = it.counters().hot_cache_hits;
  CHECK(it.kept.get_prefix(std::span{chain.keys}.first(2))->blocks.size() == 2);
  CHECK(it.counters().hot_cache_hits == before + 2);
}

TEST_CASE("A chain larger than the hot tier goes on to the disk, in as many messages as the mailbox asks for") {
  auto options = room_for(8);
  options.writer_queue_blocks = 64;
  options.advanced.hot_cache_mailbox_bytes = 5 * block_bytes;
  options.block_bytes_max = block_bytes;
  cache_world it{options};
  const chain_of chain{1, 40};
  const auto ends = it.kept.put_many(chain.keys, chain.payloads);
  REQUIRE(ends.ok());
  for (const auto& end : *ends)
    CHECK(end.ok());
  it.world.run();
  CHECK(it.counters().ledger.offered().blocks >= 32); // and the ancestors of the evicted blocks
  CHECK(it.counters().ledger.persisted().blocks == it.counters().ledger.offered().blocks);
  std::size_t found = 0;
  for (unsigned number = 1; number <= 40; ++number)
    found += it.has(number) ? 1 : 0;
  CHECK(found == 40);
}

TEST_CASE("A chain that the full mailbox rejects changes nothing, and each of its blocks counts as rejected") {
  auto options = room_for(8);
  options.advanced.hot_cache_mailbox = 4;
  cache_world it{options};
  const chain_of chain{1, 3};
  for (unsigned i = 0; i < 10; ++i)
    it.kept.put_async(key(20 + i), bytes_of(20 + i), {}, {});
  const auto before = it.counters().puts_rejected; // this call has made room in the mailbox
  for (unsigned i = 0; i < 10; ++i)
    it.kept.put_async(key(40 + i), bytes_of(40 + i), {}, {});
  errc answer = errc::none;
  it.kept.put_many_async(chain.keys, chain.payloads, {},
                         [&](const result<std::vector<result<put_outcome>>>& ends) { answer = ends.code(); });
  CHECK(answer == errc::overloaded);
  it.world.run();
  CHECK(it.counters().puts_rejected >= before + 3);
  CHECK_FALSE(*it.kept.contains(key(1)));
}

TEST_CASE("A chain with more keys than payloads is refused, and an empty one is no work") {
  cache_world it;
  const chain_of chain{1, 3};
  CHECK(it.kept.put_many(chain.keys, {bytes_of(1)}).code() == errc::invalid_argument);
  CHECK(it.kept.put_many({}, {})->empty());
  CHECK(it.kept.put_many(chain.keys, chain.payloads, {.name_space = 63}).code() == errc::invalid_argument);
}

TEST_CASE("Blocks that are put twice in one chain are there once") {
  cache_world it{room_for(8)};
  const std::vector<block_key> keys{key(1), key(2), key(1), key(2)};
  const auto ends = it.kept.put_many(keys, {bytes_of(1), bytes_of(2), bytes_of(1), bytes_of(2)});
  REQUIRE(ends.ok());
  CHECK(*ends->at(2) == put_outcome::refreshed);
  CHECK(it.now().gauges.hot.blocks == 2);
  CHECK(it.has(1));
}

TEST_CASE("The head of a chain goes to disk before the tail that leaves the hot tier") {
  auto options = room_for(4);
  options.writer_queue_blocks = 2;
  cache_world it{options};
  it.world.disk().hang(true);
  const chain_of chain{1, 4};
  REQUIRE(it.kept.put_many(chain.keys, chain.payloads).ok());
  REQUIRE(it.put(9).ok()); // 4 is next to leave: 1 and 2 are offered first, fill the queue, and can leave instead
  CHECK(it.queue().slots == 2);
  CHECK(it.counters().ledger.ssd_write_drops() == 0);
  CHECK(it.now().gauges.dirty.blocks == 3); // 3, 4 and 9
  it.world.disk().hang(false);
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == 2);
  const auto before = it.counters();
  CHECK(it.kept.get_prefix(chain.keys)->blocks.size() == 4);
  CHECK(it.counters().hot_cache_hits + it.counters().cold_hits == before.hot_cache_hits + before.cold_hits + 4);
  CHECK(it.counters().cold_hits >= before.cold_hits + 1); // 1, which has no other copy
}

TEST_CASE("Blocks that are each other's parents are offered once each, whoever leaves first") {
  auto options = room_for(3);
  options.cut_chains = false;
  cache_world it{options};
  it.world.disk().hang(true);
  REQUIRE(it.put(1, 2).ok());
  REQUIRE(it.put(2, 1).ok());
  REQUIRE(it.put(3, 1).ok());
  REQUIRE(it.put(4, 3).ok());
  CHECK(it.has(1));
  CHECK(it.has(2));
  REQUIRE(it.put(5, 4).ok()); // 3 leaves
  CHECK(it.counters().ledger.offered().blocks == it.queue().slots);
  it.world.disk().hang(false);
  it.world.run();
  CHECK(it.counters().ledger.persisted().blocks == it.counters().ledger.offered().blocks);
}
