#include "tests/actors/actor_fixture.hpp"
#include "tests/support/disk_in_front.hpp"

using namespace hearth;
using namespace hearth::testing;

namespace {

std::vector<block_key> keys(unsigned first, unsigned last) {
  std::vector<block_key> all;
  for (auto number = first; number <= last; ++number)
    all.push_back(key(number));
  return all;
}

} // namespace

TEST_CASE("A prefix is the longest leading run, across all tiers, and never has a hole") {
  cache_world it;
  it.put_all(1, 6);
  it.world.run(); // 1 and 2 cold, 3 to 6 hot
  const auto found = it.kept.get_prefix(keys(1, 8));
  REQUIRE(found.ok());
  REQUIRE(found->blocks.size() == 6);
  CHECK_FALSE(found->truncated);
  for (unsigned i = 0; i < 6; ++i)
    CHECK(same(found->blocks[i], bytes_of(i + 1)));
  const auto counters = it.counters();
  CHECK(counters.hot_cache_hits == 4);
  CHECK(counters.cold_hits == 2);
  CHECK(counters.misses == 2);
  CHECK(counters.loads == 6);
}

TEST_CASE("Blocks behind a hole are found but not handed out, and the counters add up to what was asked") {
  cache_world it;
  it.put_all(1, 3);
  REQUIRE(*it.kept.erase(key(2)));
  CHECK(it.kept.get_prefix(keys(1, 3))->blocks.size() == 1);
  const auto counters = it.counters();
  CHECK(counters.hits() == 2);
  CHECK(counters.misses == 1);
  CHECK(counters.loads == 1);
}

TEST_CASE("A prefix is shortened at its byte limit, says so, and can be continued") {
  cache_world it;
  it.put_all(1, 4);
  get_options options;
  options.bytes_max = 2 * block_bytes;
  const auto found = it.kept.get_prefix(keys(1, 4), options);
  REQUIRE(found.ok());
  CHECK(found->blocks.size() == 2);
  CHECK(found->truncated);
  CHECK(it.counters().hits() == 2);
}

TEST_CASE("Concurrent gets of one cold block share one read") {
  auto options = small_cache();
  options.promote_cold_hits = false;
  cache_world it{options};
  it.put_all(1, 5);
  it.world.run();
  it.world.disk().hang(true);
  std::size_t answered = 0;
  for (int i = 0; i < 10; ++i)
    it.kept.get_async(key(1), {},
                      [&](const result<buffer>& found) { answered += found.ok() && same(*found, bytes_of(1)); });
  it.world.deliver();
  CHECK(it.world.disk().in_flight() == 1);
  it.world.disk().hang(false);
  it.world.run();
  CHECK(answered == 10);
  CHECK(it.counters().cold_hits == 10);
  CHECK(it.counters().hot_cache_promotions == 0);
}

TEST_CASE("A get after an erase misses, although a read of the block was under way, and it does not come back") {
  cache_world it;
  it.put_all(1, 5);
  it.world.run();
  it.world.disk().hang(true);
  it.kept.get_async(key(1), {}, [](const result<buffer>&) {});
  it.world.deliver();
  REQUIRE(*it.kept.erase(key(1)));
  CHECK_FALSE(it.has(1));
  it.world.disk().hang(false);
  it.world.run();
  CHECK_FALSE(it.has(1));
}

TEST_CASE("A get never shares a read of a block that was reclaimed and put with other bytes meanwhile") {
  std::shared_ptr<late_disk> disk;
  cache_world it{cold_stays_put(), on_late_disk(disk)};
  it.put_and_run(1, 200);
  std::vector<buffer> found;
  disk->hold_next_read(); // the read of the head: the reply waits for it, while the other read completes
  it.kept.get_prefix_async({key(190), key(1)}, {}, [&](const result<prefix>& x) {
    if (x.ok())
      found = x->blocks;
  });
  it.world.run();
  auto next = 201u;
  for (; *it.kept.contains(key(1)); ++next)
    it.put_and_run(next, next);
  REQUIRE(*it.kept.contains(key(190)));
  REQUIRE(*it.kept.put(key(1), payload(1'001, block_bytes)) == put_outcome::stored);
  it.put_and_run(next, next + 5); // so that it is cold again
  REQUIRE(found.empty());
  const auto again = it.kept.get(key(1));
  REQUIRE(again.ok());
  CHECK(same(*again, payload(1'001, block_bytes)));
  disk->tell();
  it.world.run();
  REQUIRE(found.size() == 2);
  CHECK(same(found[1], bytes_of(1))); // requested before the new put: the old bytes are correct
}

TEST_CASE("A disk that hangs makes a cold get time out, at its deadline in virtual time, and nothing else") {
  cache_world it;
  it.put_all(1, 5);
  it.world.run();
  it.world.disk().hang(true);
  get_options options;
  options.timeout = std::chrono::milliseconds{250};
  const auto before = it.world.now();
  CHECK(it.kept.get(key(1), options).code() == errc::timeout);
  CHECK(it.world.now() - before <= std::chrono::milliseconds{251});
  CHECK(it.has(5));
  CHECK(it.put(6).ok());
}

TEST_CASE(
    "Reads that came too late for everybody take no more of the disk's time, and the next get waits for its own") {
  auto options = cold_stays_put();
  options.cut_chains = false;
  cache_world it{options};
  it.put_and_run(1, 30); // the last four stay hot
  it.world.disk().latency({.fixed_ns = 1'000'000'000});
  it.world.disk().hang(true);
  get_options soon;
  soon.timeout = std::chrono::milliseconds{250};
  std::vector<errc> ends;
  for (unsigned number = 1; number <= 20; ++number)
    it.kept.get_async(key(number), soon, [&](const result<buffer>& end) { ends.push_back(end.code()); });
  std::optional<errc> patient; // waits for a block whose first requester times out
  it.kept.get_async(key(20), {}, [&](const result<buffer>& end) { patient = end.code(); });
  it.world.advance(std::chrono::seconds{1});
  CHECK(ends == std::vector<errc>(20, errc::timeout));
  const auto before = it.world.now();
  it.world.disk().hang(false);
  CHECK(it.has(7));                                          // a new read: no request may join a cancelled one
  CHECK(it.world.now() - before <= std::chrono::seconds{4}); // at most three reads of twenty-two
  it.world.disk().latency({}); // until then, the cache's check of the directory, once a second, takes a second
  it.world.run();
  CHECK(patient == errc::none);
  const auto counters = it.counters();
  CHECK(counters.errors == 20); // timeouts; the disk made no error
  CHECK(it.now().gauges.cold.blocks == 26);
}

TEST_CASE("A damaged block is a counted miss, never wrong bytes, and is taken out") {
  cache_world it;
  it.put_all(1, 5);
  it.world.run();
  damage_segments(it.world, 6000); // in the payload of the first record
  CHECK(it.kept.get(key(1)).code() == errc::not_found);
  const auto after = it.now();
  CHECK(after.counters.errors == 1);
  CHECK(after.counters.misses == 1);
  CHECK(after.gauges.cold.blocks == 0);
}

TEST_CASE(
    "A cold block for which there is no memory is told as that, cuts a run where it stands, and stays where it is") {
  class starving_disk final : public disk_in_front {
  public:
    using disk_in_front::disk_in_front;
    void submit(std::vector<storage::io_job> batch) override {
      for (auto& job : batch)
        if (job.kind == storage::io_kind::read && job.transfer && reads_left-- <= 0) {
          job.transfer->moved = failure{errc::no_memory, "the kernel says so"};
          job.transfer.reset();
        }
      disk_in_front::submit(std::move(batch));
    }
    int reads_left = 1000;
  };
  std::shared_ptr<starving_disk> disk;
  world_parts parts;
  parts.make_disk = [&](storage::clock_ns clock) { return disk = std::make_shared<starving_disk>(std::move(clock)); };
  cache_world it{cold_stays_put(), std::move(parts)};
  it.put_and_run(1, 8); // the last four stay hot
  disk->reads_left = 0;
  CHECK(it.kept.get(key(1)).code() == errc::no_memory);
  CHECK(it.kept.get_prefix(keys(1, 8)).code() == errc::no_memory);
  disk->reads_left = 1;
  const auto cut = it.kept.get_prefix(keys(1, 8));
  REQUIRE(cut.ok());
  CHECK(cut->blocks.size() == 1);
  CHECK(cut->truncated);
  disk->reads_left = 1000;
  CHECK(it.kept.get_prefix(keys(1, 8))->blocks.size() == 8);
  const auto after = it.now();
  CHECK(after.gauges.cold.blocks == 4);
  CHECK(after.gauges.dirty.blocks == 4); // those without a cold copy, as before
  CHECK(after.counters.errors == 8);
  CHECK(after.counters.hits() + after.counters.misses == 25);
}

TEST_CASE("A namespace sees its own blocks only, and has every counter of its own") {
  cache_world it;
  const auto other = it.kept.name_space("other");
  REQUIRE(other.ok());
  it.put_all(1, 1);
  put_options options;
  options.name_space = *other;
  REQUIRE(it.kept.put(key(2), bytes_of(2), options).ok());
  CHECK_FALSE(it.has(2));
  get_options asked;
  asked.name_space = *other;
  CHECK(it.kept.get(key(2), asked).ok());
  const auto part = it.kept.stats("other");
  REQUIRE(part.ok());
  CHECK(part->whole.counters.saves == 1);
  CHECK(part->whole.counters.hot_cache_hits == 1);
  CHECK(part->whole.gauges.hot.blocks == 1);
  CHECK(it.kept.stats("nobody").code() == errc::not_found);
  const auto whole = it.kept.stats();
  REQUIRE(whole.ok());
  CHECK(whole->whole.counters.saves == 2);
  CHECK(whole->namespaces.at("default").counters.misses == 1);
  std::string error;
  const auto back = stats::snapshot_from_json(stats::to_json(*whole), error);
  REQUIRE(back);
  CHECK(*back == *whole);
}

TEST_CASE("hot_cache's own full mailbox rejects a put at once: no offer, no write drop") {
  auto options = small_cache();
  options.advanced.hot_cache_mailbox = 2;
  cache_world it{options};
  std::vector<errc> ends;
  for (unsigned number = 1; number <= 3; ++number)
    it.kept.put_async(key(number), bytes_of(number), {},
                      [&](const result<put_outcome>& end) { ends.push_back(end.code()); });
  REQUIRE(ends.size() == 1); // before any actor has run
  CHECK(ends.front() == errc::overloaded);
  it.world.deliver();
  CHECK(ends.size() == 3);
  const auto counters = it.counters();
  CHECK(counters.puts_rejected == 1);
  CHECK(counters.saves == 2);
  CHECK(counters.ledger.offered().blocks == 0);
}

TEST_CASE(
    "A block whose copy a read finds damaged is told of and gone, whatever was put beside it, and can be put anew") {
  cache_world it;
  it.put_all(1, 5); // 1 is on disk only
  it.world.run();
  it.world.disk().hang(true);
  it.kept.get_async(key(1), {}, nullptr);
  it.world.deliver();
  REQUIRE(it.put(1).value() == put_outcome::refreshed);
  damage_segments(it.world, 6000);
  it.world.disk().hang(false);
  it.world.run();
  CHECK_FALSE(it.has(1));
  CHECK(it.counters().errors == 1);
  REQUIRE(it.put(1).value() == put_outcome::stored);
  it.put_and_run(11, 14); // all other blocks leave the hot tier
  CHECK(it.has(1));
}
