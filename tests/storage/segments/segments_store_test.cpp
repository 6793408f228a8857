#include "tests/storage/segments/segments_on_disk.hpp"

using namespace hearth::testing;

TEST_CASE("A segment holds many blocks, and a full one leaves as a whole") {
  segments_world world;
  world.open_segments(3);
  for (unsigned i = 0; i < 24; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.segment_files() == 3);
  CHECK(world.store->bytes_in_use() == world.store->bytes_max());
  REQUIRE(world.append(24, 4096) == errc::none);
  CHECK(world.store->keys().size() == 17);
  CHECK(world.in_order().front() == 8);
  CHECK(world.segment_files() == 3);
  for (unsigned i = 8; i <= 24; ++i)
    CHECK(same(world.read(i).value(), payload(i, 4096)));
  CHECK(world.balanced());
}

TEST_CASE("A limit that has no room for one segment is refused: no block would ever fit") {
  segments_world world;
  world.open_segments(3);
  const auto full = world.store->bytes_max();
  const auto least = world.room(1);
  const auto refused = world.store->limit(least - 1);
  CHECK(refused.code() == errc::invalid_argument);
  CHECK(refused.error().context.find(std::to_string(least)) != std::string::npos);
  CHECK(world.store->bytes_max() == full);
  REQUIRE(world.store->limit(least));
  CHECK(world.append(1, 4096) == errc::none);
  CHECK(world.store->bytes_in_use() == least);
}

TEST_CASE("A block that waits and fits no more under a lower limit is refused, and the rest is not reclaimed for it") {
  segments_world world;
  world.open_segments(6);
  for (unsigned i = 0; i < 48; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  answer<void> large;
  world.store->append({{{key(100), 0, std::nullopt, payload(100, 40 * 4096)}, large.done()}});
  REQUIRE_FALSE(large.given());
  REQUIRE(world.store->limit(world.room(2)));
  world.settle();
  CHECK(large.code() == errc::too_large);
  CHECK(world.store->bytes_in_use() <= world.room(2));
  CHECK(world.store->keys().size() == 16);
  CHECK(world.balanced());
}

TEST_CASE("Small blocks are gathered into large writes") {
  segments_world world;
  world.tuning.segment_bytes = 1 << 20;
  world.tuning.write_bytes = 65'536;
  world.open_segments(3);
  std::vector<append_item> batch;
  std::vector<answer<void>> appended(200);
  for (unsigned i = 0; i < 200; ++i)
    batch.push_back({{key(i), 0, std::nullopt, payload(i, 4096)}, appended[i].done()});
  world.store->append(std::move(batch));
  world.settle();
  for (const auto& one : appended)
    CHECK(one.ok());
  CHECK(world.noted->writes <= 200 / 8 + 4); // the first write goes at once; the last of a segment may be small
  for (unsigned i = 0; i < 200; ++i)
    REQUIRE(same(world.read(i).value(), payload(i, 4096)));
}

TEST_CASE("Writes of no given size are of one block each") {
  segments_world world;
  world.tuning.write_bytes = 0;
  world.open_segments(3);
  for (unsigned i = 0; i < 20; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.noted->writes == 20);
}

TEST_CASE("A block larger than half a segment has a file of its own, exactly as long") {
  segments_world world;
  world.open_segments(4);
  REQUIRE(world.append(1, 4096) == errc::none);
  REQUIRE(world.append(2, 40'000) == errc::none);
  REQUIRE(world.append(3, 4096) == errc::none);
  REQUIRE(world.append(4, 28'672) == errc::none); // half of a segment: shares one
  std::multiset<std::uint64_t> lengths;
  for (const auto& entry : world.disk->list(segments_directory).value())
    if (parse_segment_name(entry.name).kind == segment_file_kind::data)
      lengths.insert(entry.bytes);
  CHECK(lengths == std::multiset<std::uint64_t>{45'056, 65'536});
  for (const auto& [number, size] : {std::pair{1u, 4096u}, {2u, 40'000u}, {3u, 4096u}, {4u, 28'672u}})
    CHECK(same(world.read(number).value(), payload(number, size)));
}

TEST_CASE("Blocks without bytes are kept like any other, however small a segment is") {
  segments_world world;
  world.tuning.segment_bytes = GENERATE(4096u, 8192u, 12'288u, 16'384u, 65'536u);
  INFO("segments of " << world.tuning.segment_bytes);
  world.open_bytes(segments_fixed_bytes(world.tuning) + 400'000);
  for (unsigned i = 0; i < 60; ++i) {
    REQUIRE(world.append(i, i % 3 == 0 ? 0 : i % 3 == 1 ? 1 : 5000) == errc::none);
    REQUIRE(world.has(i));
  }
  for (const auto number : world.in_order())
    CHECK(world.read(number).ok());
  CHECK(world.disk->bytes_peak() <= world.store->bytes_max());
}

TEST_CASE("The order of use survives a restart, block by block, for thousands of them") {
  const auto seed = GENERATE(1u, 2u);
  INFO("seed " << seed);
  std::mt19937 random{seed};
  segments_world world;
  world.tuning.segment_bytes = 1 << 20;
  world.open_bytes(segments_fixed_bytes(world.tuning) + 320'000'000);
  std::vector<append_item> batch;
  for (unsigned i = 0; i < 4'000; ++i)
    batch.push_back({{key(i), 0, std::nullopt, payload(i, 100)}, [](const result<void>&) {}});
  world.store->append(std::move(batch));
  world.settle();
  for (int i = 0; i < 6'000; ++i)
    world.store->touch(key(random() % 4'000));
  REQUIRE(world.sync() == errc::none);
  const auto before = world.in_order();
  REQUIRE(before.size() == 4'000);
  world.close();
  world.open_bytes(segments_fixed_bytes(world.tuning) + 320'000'000);
  CHECK(world.in_order() == before);
}

TEST_CASE("Blocks of one page are reclaimed in their order of use when each has a segment of its own") {
  segments_world world;
  world.tuning.segment_bytes = 8192;
  world.open_segments(50);
  std::mt19937 random{7};
  std::vector<unsigned> expected;
  for (unsigned i = 0; i < 50; ++i) {
    REQUIRE(world.append(i, 4096) == errc::none);
    expected.push_back(i);
  }
  for (unsigned i = 50; i < 400; ++i) {
    const auto used = expected[random() % expected.size()];
    world.store->touch(key(used));
    std::erase(expected, used);
    expected.push_back(used);
    REQUIRE(world.append(i, 4096) == errc::none);
    expected.erase(expected.begin());
    expected.push_back(i);
    REQUIRE(world.in_order() == expected);
  }
}

TEST_CASE("With first in, first out the oldest segment leaves, however much it is used") {
  segments_world world;
  world.tuning.order = reclaim_order::fifo;
  world.open_segments(3);
  for (unsigned i = 0; i < 24; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  for (int round = 0; round < 50; ++round)
    for (unsigned i = 0; i < 8; ++i)
      world.store->touch(key(i));
  REQUIRE(world.append(24, 4096) == errc::none);
  CHECK_FALSE(world.has(0));
  CHECK(world.has(8));
  for (unsigned i = 16; i < 24; ++i) // this segment is empty now
    world.store->erase(key(i));
  for (unsigned i = 25; i < 33; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  CHECK(world.has(8));
}

TEST_CASE("With the least useful leaving, a segment that is used stays") {
  segments_world world;
  world.open_segments(3);
  for (unsigned i = 0; i < 24; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  for (unsigned i = 0; i < 8; ++i)
    world.store->touch(key(i));
  REQUIRE(world.append(24, 4096) == errc::none);
  CHECK(world.has(0));
  CHECK_FALSE(world.has(8));
}

TEST_CASE("The next segment is ready before the open one is full") {
  segments_world world;
  world.tuning.reclaim_ahead_bytes = 16'384;
  world.open_segments(3);
  for (unsigned i = 0; i < 24 + 7; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  // One place is left; the segment behind it has been emptied.
  CHECK(world.store->ledger(std::nullopt).reclaimed.blocks == 16);
  const auto others = world.noted->others;
  REQUIRE(world.append(31, 4096) == errc::none);
  auto next = world.start_append(32, 4096);
  world.step_until([&] { return next.given(); });
  CHECK(next.ok());
  CHECK(world.noted->others <= others + 1); // the full segment is being sealed, no append waited
  CHECK(world.disk->bytes_peak() <= world.store->bytes_max());
}

TEST_CASE("A sync is answered after the removals and writes that were decided before it") {
  segments_world world;
  world.open_segments(3);
  REQUIRE(world.append(1, 4096) == errc::none);
  auto written = world.start_append(2, 4096);
  auto erased = world.start_append(3, 4096);
  CHECK_FALSE(world.store->erase(key(3)));
  CHECK(world.store->erase(key(1)));
  answer<void> synced;
  world.store->sync(synced.done());
  world.step_until([&] { return synced.given(); });
  CHECK(synced.ok());
  CHECK(written.ok());
  CHECK(erased.ok());
  const auto index = world.index_of(0);
  REQUIRE(index.entries.size() == 1);
  CHECK(index.entries[0].key == key(2));
  CHECK(index.covered_bytes == 3 * 8192);
  world.kill();
  world.open_segments(3);
  CHECK(world.in_order() == std::vector<unsigned>{2});
}

TEST_CASE("A wish to sync when there is nothing to sync is forgotten, not kept for the next write") {
  segments_world world;
  world.open_segments(3);
  REQUIRE(world.append(1, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.store->sync_soon();
  world.settle();
  const auto syncs = world.store->activity().syncs;
  REQUIRE(world.append(2, 4096) == errc::none);
  CHECK(world.store->activity().syncs == syncs);
}

TEST_CASE("An erase takes along an append that waits for its segment, or is being written to it") {
  segments_world world;
  world.open_segments(2);
  auto first = world.start_append(1, 100, 10); // waits for a segment
  const bool placed = GENERATE(false, true);
  if (placed)
    world.step_until([&] { return world.noted->writes == 1; });
  SECTION("by its key") { CHECK_FALSE(world.store->erase(key(1))); }
  SECTION("by its namespace") { CHECK(world.store->clear(namespace_id{0}) == 0); }
  CHECK(first.given() == !placed);
  auto second = world.start_append(1, 100, 20);
  world.settle();
  CHECK(first.ok());
  CHECK(second.ok());
  CHECK(same(world.read(1).value(), payload(21, 100)));
  CHECK(world.store->ledger(std::nullopt).persisted.blocks == 2);
  CHECK(world.store->ledger(std::nullopt).erased.blocks == 1);
  CHECK(world.balanced());
}

TEST_CASE("A segment is not overwritten while one of its blocks is read") {
  segments_world world;
  world.open_segments(2);
  for (unsigned i = 0; i < 16; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  world.io.disk->latency({100'000, 1'000, 1'000'000'000}); // a read takes seconds
  std::vector<answer<block>> got;
  for (unsigned i = 0; i < 3; ++i)
    got.push_back(world.start_read(i));
  for (unsigned i = 8; i < 16; ++i)
    for (int round = 0; round < 9; ++round)
      world.store->touch(key(i));
  auto appended = world.start_append(16, 4096); // the victim is being read
  world.step_until([&] { return got.back().given(); });
  CHECK_FALSE(appended.given());
  for (unsigned i = 0; i < 3; ++i)
    CHECK(same(got[i].value(), payload(i, 4096)));
  world.settle();
  CHECK(appended.ok());
  CHECK(world.has(8));
  CHECK_FALSE(world.has(0));
  CHECK(world.balanced());
}

TEST_CASE("A segments store destroyed while the disk hangs answers what waits and keeps its directory until the end") {
  segments_world world;
  world.open_segments(1);
  for (unsigned i = 1; i < 8; ++i)
    REQUIRE(world.append(i, 4096) == errc::none);
  auto writing = world.start_append(8, 4096);
  auto waiting = world.start_append(9, 4096);
  answer<void> synced;
  world.store->erase(key(8));
  world.store->sync(synced.done());
  world.io.disk->hang(true);
  world.store.reset();
  CHECK(waiting.code() == errc::closed);
  CHECK(synced.code() == errc::closed);
  CHECK_FALSE(writing.given());
  CHECK(world.try_open(world.room(1)).code() == errc::busy);
  world.io.disk->hang(false);
  world.settle();
  CHECK(writing.ok());
  CHECK(world.try_open(world.room(1)).ok());
}

TEST_CASE("An engine that stops closes the segments store: every call is answered") {
  segments_world world;
  world.open_segments(2);
  REQUIRE(world.append(1, 4096) == errc::none);
  auto writing = world.start_append(2, 4096);
  auto queued = world.start_read(1);
  auto placed = world.start_append(3, 4096);
  auto waiting = world.start_append(4, 40'000);
  world.io.disk->hang(true);
  CHECK_FALSE(world.io.disk->stop(std::chrono::seconds{1}));
  CHECK(queued.code() == errc::closed);
  CHECK(placed.code() == errc::closed);
  CHECK(waiting.code() == errc::closed);
  CHECK(world.append(5, 100) == errc::closed);
  CHECK(world.read(1).code() == errc::closed);
  CHECK(world.sync() == errc::closed);
  world.store->touch(key(1));
  CHECK(world.balanced());
  world.io.disk->hang(false);
  world.settle();
  CHECK(writing.ok());
}

namespace {

/// Holds writes back until the test releases them one by one.
class held_writes final : public io_engine {
public:
  explicit held_writes(std::shared_ptr<io_engine> inner) : inner_(std::move(inner)) {}
  void submit(std::vector<io_job> batch) override {
    std::vector<io_job> rest;
    for (auto& job : batch)
      (job.kind == io_kind::write ? held : rest).push_back(std::move(job));
    inner_->submit(std::move(rest));
  }
  void go_on(std::size_t which) {
    std::vector<io_job> one;
    one.push_back(std::move(held.at(which)));
    held.erase(held.begin() + static_cast<std::ptrdiff_t>(which));
    inner_->submit(std::move(one));
  }
  std::size_t in_flight() const override { return inner_->in_flight() + held.size(); }
  bool stop(std::chrono::nanoseconds patience) override { return inner_->stop(patience); }

  std::vector<io_job> held;

private:
  std::shared_ptr<io_engine> inner_;
};

} // namespace

TEST_CASE("Of two appends of one key the later one stays, in whichever order their writes end") {
  const bool in_order = GENERATE(true, false);
  segments_world world;
  world.tuning.write_bytes = 4096; // each append is written at once
  const auto io = std::make_shared<held_writes>(world.io.engine());
  auto opened = world.open_store({"/cache", world.room(4), world.disk, io, world.namespaces, [] { return 1; }, {}});
  REQUIRE(opened);
  world.store = opened->store;
  const auto earlier = world.start_append(1, 4096);
  world.settle();
  REQUIRE(io->held.size() == 1);
  const auto later = world.start_append(1, 70'000); // into a segment of its own
  world.settle();
  REQUIRE(io->held.size() == 2);
  io->go_on(in_order ? 0 : 1);
  world.settle();
  io->go_on(0);
  world.settle();
  CHECK(earlier.ok());
  CHECK(later.ok());
  CHECK(same(world.read(1).value(), payload(1, 70'000)));
  CHECK(world.balanced());
  io->held.clear();
  world.close();
}

TEST_CASE("A record of another namespace than its index says is damage: it is never handed out") {
  segments_world world;
  world.open_segments(3);
  REQUIRE(world.append(1, 4096, 0, 1) == errc::none); // in "b"
  REQUIRE(world.sync() == errc::none);
  world.close();
  auto index = world.index_of(0);
  REQUIRE(index.names == std::vector<std::string>{"b"});
  index.names = {"a"};
  REQUIRE(write_segment_index(*world.disk, index_path(0), index));
  world.open_segments(3);
  REQUIRE(world.store->find(key(1)));
  CHECK(world.read(1, 0).code() == errc::corrupt);
  CHECK_FALSE(world.store->find(key(1)));
}
