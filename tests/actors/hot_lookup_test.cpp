#include "storage/hot/read_notes.hpp"
#include "tests/actors/actor_fixture.hpp"

#include <caf/exit_reason.hpp>

using namespace hearth;
using namespace hearth::testing;

namespace {

std::vector<block_key> chain(unsigned first, unsigned last) {
  std::vector<block_key> keys;
  for (auto number = first; number <= last; ++number)
    keys.push_back(key(number));
  return keys;
}

/// Whether the block is returned before the call returns, that is without a message.
bool at_once(cache_world& it, unsigned number) {
  bool answered = false;
  it.kept.get_async(key(number), {},
                    [&](const result<buffer>& found) { answered = found.ok() && same(*found, bytes_of(number)); });
  const bool now = answered;
  it.world.deliver();
  return now;
}

} // namespace

TEST_CASE("A hot block is handed out without a message") {
  cache_world it;
  it.put_all(1, 4);
  it.world.deliver();
  bool answered = false;
  it.kept.get_async(key(2), {},
                    [&](const result<buffer>& found) { answered = found.ok() && same(*found, bytes_of(2)); });
  CHECK(answered);
  CHECK_FALSE(it.world.step());
}

TEST_CASE("A chain is handed out without a message if all of it is hot, and with one otherwise") {
  cache_world it;
  it.put_all(1, 6);
  it.world.run(); // 1 and 2 cold, 3 to 6 hot
  std::size_t blocks = 0;
  const auto count = [&](const result<prefix>& found) { blocks = found->blocks.size(); };
  it.kept.get_prefix_async(chain(3, 6), {}, count);
  CHECK(blocks == 4);
  CHECK_FALSE(it.world.step());
  for (const auto& [first, last] : {std::pair{2u, 6u}, std::pair{3u, 7u}}) {
    blocks = 0;
    it.kept.get_prefix_async(chain(first, last), {}, count);
    CHECK(blocks == 0);
    it.world.run();
    CHECK(blocks == (first == 2 ? 5u : 4u));
  }
}

TEST_CASE("Hits without a message are counted exactly, in their namespace, and cleared by a reset") {
  cache_world it;
  const auto other = *it.kept.name_space("other");
  REQUIRE(it.kept.put(key(9), bytes_of(9), {.name_space = other}).ok());
  it.put_all(1, 3);
  for (int i = 0; i < 5; ++i)
    CHECK(it.has(2));
  CHECK(it.kept.get_prefix(chain(1, 3))->blocks.size() == 3);
  CHECK(it.kept.get(key(9), {.name_space = other}).ok());
  CHECK(it.kept.get(key(9)).code() == errc::not_found);
  const auto whole = *it.kept.stats();
  CHECK(whole.whole.counters.hot_cache_hits == 9);
  CHECK(whole.whole.counters.loads == 9);
  CHECK(whole.whole.counters.misses == 1);
  CHECK(whole.namespaces.at("other").counters.hot_cache_hits == 1);
  REQUIRE(it.kept.reset_stats().ok());
  CHECK(it.counters().hot_cache_hits == 0);
  CHECK(it.has(2));
  CHECK(it.counters().hot_cache_hits == 1);
}

TEST_CASE("A block that was read without a message moves away from eviction, its chain's head last") {
  cache_world it;
  it.put_all(1, 4);
  CHECK(it.has(1));
  it.put_all(5, 5); // 2 leaves
  CHECK(at_once(it, 1));
  CHECK_FALSE(at_once(it, 2));

  cache_world other;
  other.put_all(1, 4);
  CHECK(other.kept.get_prefix(chain(1, 4))->blocks.size() == 4);
  other.put_all(5, 5); // the tail leaves
  CHECK(at_once(other, 1));
  CHECK_FALSE(at_once(other, 4));
}

TEST_CASE("After the answer to an erase or a clear no thread finds the block") {
  cache_world it;
  it.put_all(1, 3);
  REQUIRE(*it.kept.erase(key(1)));
  CHECK(it.kept.get(key(1)).code() == errc::not_found);
  REQUIRE(it.kept.clear().ok());
  CHECK(it.kept.get(key(2)).code() == errc::not_found);
  REQUIRE(it.put(2).ok());
  CHECK(at_once(it, 2));
}

TEST_CASE("hot_cache is told of many reads in one message") {
  cache_world it;
  it.put_all(1, 4);
  it.world.deliver();
  for (std::size_t i = 0; i < 10 * storage::read_notes::stripe_keys_told; ++i)
    REQUIRE(it.has(1));
  CHECK(it.world.deliver() == 1);
  CHECK(it.counters().recency_skipped == 0);
}

TEST_CASE("Reads beyond what hot_cache can be told count as hits and as skipped") {
  cache_world it;
  it.put_all(1, 4);
  it.world.deliver();
  for (std::size_t i = 0; i < storage::read_notes::stripe_keys_max + 10; ++i)
    REQUIRE(it.has(1)); // no actor takes the notes: nothing runs in this world
  const auto counters = it.counters();
  CHECK(counters.hot_cache_hits == storage::read_notes::stripe_keys_max + 10);
  CHECK(counters.recency_skipped == 10);
}

TEST_CASE("A hot block is handed out although the mailbox of hot_cache is full") {
  auto options = small_cache();
  options.advanced.hot_cache_mailbox = 4;
  cache_world it{options};
  it.put_all(1, 2);
  it.world.deliver();
  for (unsigned i = 0; i < 10; ++i)
    it.kept.put_async(key(20 + i), bytes_of(20 + i), {}, {});
  CHECK(it.has(2));
}

TEST_CASE("A cache that is closing, closed or dead hands out nothing") {
  cache_world it;
  it.put_all(1, 4);
  it.world.disk().hang(true);
  bool closed = false;
  it.kept.close_async(std::chrono::seconds{5}, [&](const result<close_report>&) { closed = true; });
  it.world.deliver();
  CHECK_FALSE(closed);
  CHECK(it.kept.get(key(1)).code() == errc::closed);
  it.world.advance(std::chrono::seconds{6});
  CHECK(closed);
  CHECK(it.kept.get(key(1)).code() == errc::closed);

  cache_world other;
  other.put_all(1, 4);
  caf::anon_send_exit(other.kept.actors().hot_cache.actor, caf::exit_reason::kill);
  other.world.deliver();
  CHECK(other.kept.get(key(1)).code() == errc::closed);
  CHECK(other.kept.get_prefix(chain(1, 4)).code() == errc::closed);
}
