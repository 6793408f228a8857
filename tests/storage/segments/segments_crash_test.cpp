#include "tests/storage/segments/segments_on_disk.hpp"

#include <map>

using namespace hearth::testing;

namespace {

constexpr unsigned keys = 24;

/// What may be found under one key after a crash.
struct expectation {
  std::set<unsigned> versions;      ///< payload seeds that may be found
  bool absent = true;               ///< whether the block may be absent
  unsigned latest = 0;              ///< readable now; 0: none
  unsigned lost = 0;                ///< number of times it was erased or reclaimed
  std::map<unsigned, bool> started; ///< versions in flight; true: erased meanwhile
};

/// A store under random work, with a model of its promises.
class promising_world : public segments_world {
public:
  explicit promising_world(std::uint64_t seed) : segments_world(true), random(seed) {
    tuning.order = seed % 2 == 0 ? reclaim_order::fifo : reclaim_order::least_useful;
    tuning.reclaim_ahead_bytes = seed % 3 == 0 ? 0 : 16'384;
    tuning.reappend_percent = seed % 4 == 0 ? 50 : 0;
    tuning.sync_bytes = seed % 5 == 0 ? 60'000 : 0;
    segments = seed % 3 == 2 ? 12 : 4;
    reopen();
  }

  void reopen() {
    open_segments(segments);
    store->on_reclaimed([this](const std::vector<block_key>& gone) {
      for (const auto& key : gone)
        lose(promises[number_of(key)]);
    });
  }

  void act() {
    const unsigned number = random() % keys;
    switch (random() % 10) {
    case 0:
    case 1:
    case 2: append(number); break;
    case 3: erase(number); break;
    case 4: store->touch(key(number)); break;
    case 5: sync(); break;
    default:
      if (io.disk->next_due_ns())
        step();
      break;
    }
  }

  void append(unsigned number) {
    const auto version = ++next_version;
    auto& promise = promises[number];
    promise.versions.insert(version);
    promise.started.emplace(version, false);
    std::vector<append_item> batch;
    batch.push_back({{key(number), 0, std::nullopt, payload(version, size_of(version))},
                     [this, number, version](const result<void>& done) { appended(number, version, done.ok()); }});
    store->append(std::move(batch));
  }

  void erase(unsigned number) {
    auto& promise = promises[number];
    for (auto& [version, erased] : promise.started)
      erased = true;
    lose(promise);
    store->erase(key(number));
  }

  /// After the sync, only versions may be found that were present or in flight when it began, or came later.
  void sync() {
    std::map<unsigned, expectation> asked = promises;
    const auto first_later = next_version + 1;
    store->sync([this, asked, first_later](const result<void>& done) {
      if (done)
        for (const auto& [number, then] : asked)
          synced(promises[number], then, first_later);
    });
  }

  /// Checks every key of the reopened store, and restarts the model from the result.
  void check() {
    REQUIRE(balanced());
    REQUIRE(store->bytes_in_use() <= store->bytes_max());
    REQUIRE(disk->bytes_in_use() <= store->bytes_in_use());
    for (unsigned number = 0; number < keys; ++number) {
      INFO("block " << number);
      auto& promise = promises[number];
      promise.started.clear();
      const auto got = read(number);
      if (got.code() == errc::not_found) {
        REQUIRE(promise.absent);
        promise = {};
        continue;
      }
      REQUIRE(got.ok());
      const auto found = std::find_if(promise.versions.begin(), promise.versions.end(), [&](unsigned version) {
        return same(got.value(), payload(version, size_of(version)));
      });
      REQUIRE(found != promise.versions.end());
      promise = {{*found}, true, *found, 0, {}}; // found, but not synced
    }
  }

  std::mt19937_64 random;
  std::uint64_t segments = 4;
  std::map<unsigned, expectation> promises;
  unsigned next_version = 0;

private:
  static void lose(expectation& promise) {
    promise.latest = 0;
    promise.absent = true;
    ++promise.lost;
  }

  static std::size_t size_of(unsigned version) { return version % 9 == 0 ? 40'000 : version * 977 % 12'000; }

  void appended(unsigned number, unsigned version, bool ok) {
    auto& promise = promises[number];
    const auto at = promise.started.find(version);
    if (at == promise.started.end())
      return; // the process was killed before the reply
    if (ok && !at->second && version > promise.latest) {
      if (promise.latest != 0)
        lose(promise); // replaced: until the next sync a power cut may remove both
      promise.latest = version;
    }
    promise.started.erase(at);
  }

  static void synced(expectation& now, const expectation& then, unsigned first_later) {
    std::set<unsigned> left;
    for (const auto version : now.versions) {
      const auto flying = then.started.find(version);
      if (version >= first_later || version == then.latest || (flying != then.started.end() && !flying->second))
        left.insert(version);
    }
    now.versions = left;
    if (then.latest != 0 && now.lost == then.lost)
      now.absent = false;
  }
};

/// A block is kept until it is reclaimed or erased: after a completed sync it must be present.
void crash_and_check(std::uint64_t seed, bool power) {
  INFO("seed " << seed << (power ? ", power cut" : ", killed"));
  promising_world world{seed};
  for (int crash = 0; crash < 3; ++crash) {
    const auto rounds = world.random() % 120;
    for (std::uint64_t round = 0; round < rounds; ++round)
      world.act();
    world.disk->kill_after(1 + world.random() % 40); // in the middle of some operation
    for (int round = 0; round < 60; ++round)
      world.act();
    if (power)
      world.disk->power_cut(world.random());
    world.kill();
    world.disk->kill_after(memory_file_system::never);
    world.reopen();
    world.check();
    const auto before = world.in_order();
    const auto report = world.report;
    world.kill();
    world.reopen(); // again: same result
    CHECK(world.in_order().size() == before.size());
    CHECK(world.report.recovered == report.recovered);
    CHECK(world.report.unfinished == 0);
    world.check();
    REQUIRE(world.segments_world::append(100, 4096) == errc::none);
    REQUIRE(same(world.segments_world::read(100).value(), payload(100, 4096)));
  }
}

} // namespace

TEST_CASE("After a power cut at any moment each block is exactly right or away, and what was synced is there") {
  const auto seed = GENERATE(range(std::uint64_t{1}, std::uint64_t{241}));
  crash_and_check(seed, true);
}

TEST_CASE("After the process was killed at any moment each block is exactly right or away") {
  const auto seed = GENERATE(range(std::uint64_t{1}, std::uint64_t{81}));
  crash_and_check(seed, false);
}

TEST_CASE("A sync is answered only once a power cut takes nothing of what it covers, nor brings back what was erased") {
  const auto seed = GENERATE(range(std::uint64_t{1}, std::uint64_t{101}));
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  segments_world world{true};
  world.open_segments(16);
  std::set<unsigned> present;
  for (unsigned i = 0; i < 40; ++i) {
    REQUIRE(world.append(i, random() % 9'000) == errc::none);
    present.insert(i);
    if (random() % 4 == 0) {
      const unsigned gone = random() % (i + 1);
      world.store->erase(key(gone));
      present.erase(gone);
    }
    if (random() % 8 == 0)
      REQUIRE(world.sync() == errc::none);
  }
  answer<void> synced;
  world.store->sync(synced.done());
  for (unsigned i = 50; i < 55; ++i) // in flight: may be present or absent
    static_cast<void>(world.start_append(i, 4096));
  world.step_until([&] { return synced.given(); });
  REQUIRE(synced.ok());
  world.disk->power_cut(seed);
  world.kill();
  world.open_segments(16);
  for (unsigned i = 0; i < 40; ++i)
    CHECK(world.has(i) == present.contains(i));
  for (const auto number : world.in_order())
    CHECK(world.read(number).ok());
}

TEST_CASE("A store is in its directory from the first sync on: a power cut takes neither its format nor its segments") {
  const auto seed = GENERATE(range(std::uint64_t{1}, std::uint64_t{21}));
  INFO("seed " << seed);
  segments_world world{true};
  world.open_segments(3);
  REQUIRE(world.append(1, 4096) == errc::none);
  REQUIRE(world.sync() == errc::none);
  world.disk->power_cut(seed);
  world.kill();
  world.clock_ns = 5'000'000; // gives a new store another number
  world.open_segments(3);
  CHECK(world.report.recovered == 1);
  CHECK(world.report.foreign == 0);
}
