#include "stats/log_event.hpp"

#include "tests/support/catch.hpp"

using namespace hearth::stats;

TEST_CASE("A burst of one event is one entry with a count, and the latest entry") {
  event_log log;
  log.add(severity::warn, "stats.write_drops", "total=1", 1'000);
  log.add(severity::info, "namespace.named", "name=\"a\"", 1'500);
  log.add(severity::warn, "stats.write_drops", "total=7", 1'000 + event_log::burst_ms);

  const auto events = log.since();
  REQUIRE(events.size() == 2);
  CHECK(events[0] == log_event{3, 1'000, 11'000, severity::warn, "stats.write_drops", "total=7", 2});
  CHECK(events[1] == log_event{2, 1'500, 1'500, severity::info, "namespace.named", "name=\"a\"", 1});
}

TEST_CASE("An event that repeats later than a burst is an entry of its own") {
  event_log log;
  log.add(severity::warn, "cold.detached", "", 0);
  log.add(severity::warn, "cold.detached", "", event_log::burst_ms + 1);
  CHECK(log.since().size() == 2);
}

TEST_CASE("A reader that knows an event's number gets only what came after it") {
  event_log log;
  log.add(severity::info, "a", "", 0);
  const auto seen = log.since().front().number;
  CHECK(log.since(seen).empty());
  log.add(severity::info, "a", "", 1);
  const auto news = log.since(seen);
  REQUIRE(news.size() == 1);
  CHECK(news[0].count == 2);
}

TEST_CASE("The log of events keeps the latest and forgets the oldest") {
  event_log log{3};
  for (int i = 0; i < 10; ++i)
    log.add(severity::info, "event." + std::to_string(i), "", i);
  const auto events = log.since();
  REQUIRE(events.size() == 3);
  CHECK(events.front().id == "event.9");
  CHECK(events.back().id == "event.7");
}

TEST_CASE("Fields are split at spaces, and quotes keep a value together") {
  using pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(fields_of("") == pairs{});
  CHECK(fields_of("blocks=3 reason=\"no space left\" last=") ==
        pairs{{"blocks", "3"}, {"reason", "no space left"}, {"last", ""}});
  CHECK(fields_of("some words a=1 more") == pairs{{"text", "some words"}, {"a", "1"}, {"text", "more"}});
  CHECK(fields_of("open=\"never closed") == pairs{{"open", "never closed"}});
}

TEST_CASE("A line of JSON has the time in UTC, the fields as members, and no line break") {
  const log_event event{0, 0, 1'700'000'000'123, severity::warn, "cold.detached", "lost_blocks=2 reason=\"it\ngone\"",
                        4};
  const auto line = to_json_line(event);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line == R"({"time": "2023-11-14T22:13:20.123Z","level": "warn","event": "cold.detached","count": 4,)"
                R"("fields": {"lost_blocks": "2","reason": "it\ngone"}})");
}
