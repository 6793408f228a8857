#include "actors/journal.hpp"

#include "tests/actors/actor_fixture.hpp"
#include "tests/support/actor_world.hpp"
#include "tests/support/catch.hpp"

#include <stdexcept>

using namespace hearth;
using actors::journal;
using stats::severity;

namespace {

struct written_log {
  std::int64_t now_ms = 5'000;
  std::vector<log_event> lines;
  journal log{[this](const log_event& line) { lines.push_back(line); }, [this] { return now_ms; }};
};

} // namespace

TEST_CASE("A host's callback gets each line with its level, id, fields and time") {
  written_log world;
  world.log.warn("cold.detached", "lost_blocks={} reason=\"{}\"", 3, "gone");
  REQUIRE(world.lines.size() == 1);
  CHECK(world.lines[0] ==
        log_event{0, 5'000, 5'000, severity::warn, "cold.detached", "lost_blocks=3 reason=\"gone\"", 1});
}

TEST_CASE("A line that repeats within a second is held back, and the next one has the count") {
  written_log world;
  for (int i = 0; i < 5; ++i)
    world.log.warn("hot_cache.write_failed", "failures_in_a_row={}", i);
  CHECK(world.lines.size() == 1);
  world.log.error("writer.died", "pending=0"); // another id
  CHECK(world.lines.size() == 2);
  world.now_ms += journal::repeat_ms;
  world.log.warn("hot_cache.write_failed", "failures_in_a_row=5");
  REQUIRE(world.lines.size() == 3);
  CHECK(world.lines[2].count == 5);
  CHECK(world.lines[2].fields == "failures_in_a_row=5");
}

TEST_CASE("A wall clock that is set back holds no line back") {
  written_log world;
  world.log.info("hot_cache.limited", "hot_bytes_max=1");
  world.now_ms -= 3'600'000;
  world.log.info("hot_cache.limited", "hot_bytes_max=2");
  CHECK(world.lines.size() == 2);
}

TEST_CASE("Every line but those for debugging is an event, also if it is held back") {
  written_log world;
  world.log.debug("writer.batch", "blocks=1");
  world.log.info("cold.opened", "bytes=1");
  world.log.info("cold.opened", "bytes=2");
  const auto events = world.log.events().since();
  REQUIRE(events.size() == 1);
  CHECK(events[0].id == "cold.opened");
  CHECK(events[0].count == 2);
}

TEST_CASE("A callback that throws does no harm") {
  int calls = 0;
  journal log{[&](const log_event&) {
                ++calls;
                throw std::runtime_error{"full disk"};
              },
              [] { return std::int64_t{0}; }};
  log.error("writer.died", "pending=0");
  CHECK(calls == 1);
  CHECK(log.events().since().size() == 1);
}

TEST_CASE("The last drops of a burst are logged within two seconds, although nothing happens after them") {
  std::vector<std::string> lines;
  auto options = testing::small_cache();
  options.on_log = [&](const log_event& line) {
    if (line.id == "stats.write_drops")
      lines.push_back(line.fields);
  };
  testing::cache_world it{options};
  it.world.disk().hang(true);
  it.put_all(1, 8); // four hot, four in the writer's mailbox: every further put drops one
  it.put_all(9, 13);
  it.world.advance(std::chrono::milliseconds{100});
  it.put_all(14, 20);
  const auto total = it.counters().ledger.ssd_write_drops();
  REQUIRE(total == 12);
  it.world.advance(std::chrono::seconds{2});
  REQUIRE(!lines.empty());
  CHECK(lines.back().find("total=12") != std::string::npos);
  it.world.advance(std::chrono::minutes{1});
  CHECK(lines.size() == 2);
}

TEST_CASE("A cache tells its own callback, and not another cache's, what happens to it") {
  testing::actor_world world;
  std::vector<std::string> first_log, second_log;
  cache_options options;
  options.directory = "/cache";
  options.cold_bytes_max = 1 << 20;
  options.on_log = [&](const log_event& line) { first_log.push_back(line.id); };
  auto first = world.open(options).value();
  options = {};
  options.on_log = [&](const log_event& line) { second_log.push_back(line.id); };
  auto second = world.open(options).value();
  CHECK(first_log == std::vector<std::string>{"cold.opened"});
  REQUIRE(first.name_space("model"));
  REQUIRE(first.name_space("model"));
  CHECK(first_log == std::vector<std::string>{"cold.opened", "namespace.named"});
  REQUIRE(second.limit({.hot_bytes_max = 1 << 20}));
  CHECK(second_log == std::vector<std::string>{"hot_cache.limited"});
}
