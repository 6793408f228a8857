#include "storage/segments/segments_state.hpp"
#include "storage/simulated/memory_file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

using namespace hearth::storage;
using namespace hearth::testing;

namespace {

/// A state with room for this many segments of eight records. The test carries out its decisions, or fails them.
struct state_world {
  explicit state_world(std::uint64_t segments_max) {
    config.segment_bytes = 65'536;
    config.sync_bytes = 0;
    config.reclaim_ahead_bytes = 0;
    config.namespaces = std::make_shared<namespace_table>();
    REQUIRE(config.namespaces->claim("model").ok());
    config.bytes_max = 1 << 20;
    config.bytes_max = segments_fixed_bytes(config) + segments_max * segment_charge(config, 4096);
    state.emplace(config, 77, "/s/");
  }
  void append(unsigned number) {
    auto added = std::make_shared<segment_append>();
    added->request.item = {key(number), 0, {}, payload(number, 4096)};
    added->request.done = [this, number](const result<void>& outcome) { outcomes[number] = outcome.code(); };
    added->record_bytes = segment_record_bytes(4096);
    change([&](segments_work& work) { state->append(added, work); });
  }
  void sync() {
    change([&](segments_work&) { state->sync([this](const result<void>& done) { synced = done.code(); }); });
  }
  template <class Change>
  void change(Change what) {
    segments_work more;
    what(more);
    state->advance(more);
    for (auto& answer : more.answers)
      answer();
    std::move(more.files.begin(), more.files.end(), std::back_inserter(work.files));
    std::move(more.reads.begin(), more.reads.end(), std::back_inserter(work.reads));
    std::move(more.writes.begin(), more.writes.end(), std::back_inserter(work.writes));
    std::move(more.reclaimed.begin(), more.reclaimed.end(), std::back_inserter(work.reclaimed));
  }
  /// Carries out all decisions, without a disk. Fails the test if they do not end.
  void settle(bool ran = true) {
    for (int rounds = 0; !work.files.empty() || !work.writes.empty(); ++rounds) {
      REQUIRE(rounds < 1000);
      auto now = std::exchange(work, {});
      work.reclaimed = std::move(now.reclaimed);
      work.reads = std::move(now.reads);
      for (const auto& one : now.files)
        std::visit([&](const auto& job) { ended(*job, ran); }, one);
      for (const auto& write : now.writes) {
        write->transfer = std::make_shared<io_transfer>();
        change([&](segments_work& more) { state->write_ended(*write, ran, more); });
      }
    }
  }
  void ended(segment_job& job, bool ran) {
    if (job.what == segment_work::make) {
      auto opened = disk->open("/" + std::to_string(job.fresh.generation), open_mode::create);
      REQUIRE(opened);
      job.target = std::move(*opened);
    }
    change([&](segments_work& more) { state->preparation_ended(job, ran, more); });
  }
  void ended(checkpoint_job& job, bool ran) {
    change([&](segments_work& more) { state->checkpoint_ended(job, ran, more); });
  }
  bool has(unsigned number) { return state->present().find(key(number)) != no_record; }

  segments_store_config config;
  std::shared_ptr<memory_file_system> disk = make_memory_file_system(); ///< only open files of it are needed
  std::optional<segments_state> state;
  segments_work work;
  std::map<unsigned, errc> outcomes;
  std::optional<errc> synced;
};

} // namespace

TEST_CASE("An append gets a segment, then a place, then a write, and is answered when it is readable") {
  state_world world{2};
  world.append(1);
  REQUIRE(world.work.files.size() == 1); // the first segment
  CHECK(world.work.writes.empty());
  const auto making = std::get<std::shared_ptr<segment_job>>(world.work.files[0]);
  world.work.files.clear();
  world.ended(*making, true);
  REQUIRE(world.work.writes.size() == 1);
  CHECK(world.outcomes.empty());
  CHECK_FALSE(world.has(1));
  world.settle();
  CHECK(world.outcomes[1] == errc::none);
  CHECK(world.has(1));
  CHECK(world.state->activity().payload_bytes == 4096);
}

TEST_CASE("A state that is full reclaims the segment worth least, a whole one at a time") {
  state_world world{2};
  for (unsigned i = 0; i < 17; ++i) {
    world.append(i);
    world.settle();
  }
  CHECK(world.outcomes.size() == 17);
  CHECK(world.work.reclaimed.size() == 8);
  CHECK_FALSE(world.has(0));
  CHECK_FALSE(world.has(7));
  CHECK(world.has(8));
  CHECK(world.has(16));
  CHECK(world.state->budget().used() == world.config.bytes_max);
}

TEST_CASE("A sync is answered after the writes before it and one checkpoint") {
  state_world world{2};
  world.append(1);
  world.settle();
  world.append(2);
  REQUIRE(world.work.writes.size() == 1);
  world.sync();
  CHECK(world.work.files.empty()); // the write comes first
  CHECK_FALSE(world.synced);
  world.settle();
  CHECK(world.synced == errc::none);
  CHECK(world.state->present().ledger({}).synced.blocks == 2);
  CHECK(world.state->activity().syncs == 1);
}

TEST_CASE("An erase cancels an append that waits, and hides one that is being written") {
  state_world world{2};
  world.append(1);
  bool readable = false;
  const auto erase = [&](unsigned number) {
    world.change([&](segments_work& work) { readable = world.state->erase(key(number), work); });
  };
  erase(1);
  CHECK_FALSE(readable);
  CHECK(world.outcomes[1] == errc::none);
  world.settle();
  world.append(2);
  REQUIRE(world.work.writes.size() == 1);
  erase(2);
  world.settle();
  CHECK(world.outcomes[2] == errc::none);
  CHECK_FALSE(world.has(2));
  const auto ledger = world.state->present().ledger({});
  CHECK(ledger.persisted.blocks == 2);
  CHECK(ledger.erased.blocks == 2);
}

TEST_CASE("A read holds its segment until it has ended, and a damaged block is taken out") {
  state_world world{1};
  world.append(1);
  world.settle();
  errc heard = errc::none;
  world.change([&](segments_work& work) {
    world.state->read({key(1), 0, [&](const result<block>& read) { heard = read.code(); }}, work);
  });
  REQUIRE(world.work.reads.size() == 1);
  const auto read = world.work.reads[0];
  CHECK(read->place.store == 77);
  for (unsigned i = 2; i < 10; ++i)
    world.append(i);
  world.settle();
  CHECK_FALSE(world.outcomes.contains(9)); // waits for the segment with a read in progress
  read->outcome = failure{errc::corrupt, "damaged"};
  world.change([&](segments_work& work) { world.state->read_ended(*read, true, work); });
  world.settle();
  CHECK(heard == errc::corrupt);
  CHECK(world.outcomes[9] == errc::none);
}

TEST_CASE("When the engine stops everything that waits is answered closed, exactly once") {
  state_world world{2};
  world.append(1);
  world.append(2);
  world.sync();
  world.settle(false);
  CHECK(world.outcomes[1] == errc::closed);
  CHECK(world.outcomes[2] == errc::closed);
  CHECK(world.synced == errc::closed);
  world.append(3);
  CHECK(world.outcomes[3] == errc::closed);
  CHECK(world.work.files.empty());
}

TEST_CASE("A limit that is lowered refuses appends that wait in vain, and gives segments back") {
  state_world world{3};
  for (unsigned i = 0; i < 20; ++i) {
    world.append(i);
    world.settle();
  }
  const auto one = segments_fixed_bytes(world.config) + segment_charge(world.config, 1);
  REQUIRE(world.state->budget().may_change(one));
  world.change([&](segments_work& work) { world.state->limit(one, work); });
  world.settle();
  CHECK(world.state->budget().used() <= one);
}
