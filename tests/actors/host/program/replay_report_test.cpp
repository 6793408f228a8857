#include "actors/host/program/replay_report.hpp"
#include "actors/host/program/progress_bar.hpp"
#include "stats/table.hpp"
#include "tests/support/catch.hpp"

#include <sstream>

using namespace hearth;

namespace {

replay_report report() {
  replay_report made;
  made.workload = "chat, seed 1";
  auto& counts = made.counts;
  counts.requests = 3;
  counts.blocks_asked = 8;
  counts.usable_blocks = 2;
  counts.puts = 6;
  counts.stored = 4;
  counts.refreshed = 1;
  counts.puts_refused = 1;
  counts.bytes_read = 1 << 20;
  counts.bytes_put = 2 << 20;
  counts.ns = 500'000'000;
  for (std::uint64_t ns : {100, 150, 200})
    counts.get_ns.add(ns);
  made.snapshot.whole.counters.ledger.offer(10);
  made.snapshot.whole.counters.saves = 4;
  return made;
}

} // namespace

TEST_CASE("The JSON report is the snapshot's object with a member replay behind") {
  const auto text = to_json(report());
  const auto plain = stats::to_json(report().snapshot);
  const auto shared = plain.substr(0, plain.rfind('\n')); // all but the closing brace
  CHECK(text == shared + R"(,
  "replay": {
    "workload": "chat, seed 1",
    "requests": 3,
    "blocks_asked": 8,
    "usable_blocks": 2,
    "usable_prefix_hit_ratio": 0.25,
    "wrong_blocks": 0,
    "gets_refused": 0,
    "puts": 6,
    "puts_stored": 4,
    "puts_refreshed": 1,
    "puts_refused": 1,
    "bytes_read": 1048576,
    "bytes_put": 2097152,
    "get_us": {
      "p50": 0.15,
      "p99": 0.2,
      "p999": 0.2
    },
    "put_us": {
      "p50": 0.0,
      "p99": 0.0,
      "p999": 0.0
    },
    "mib_per_second": 6.0,
    "seconds": 0.5
  }
})");
  std::string error;
  CHECK(stats::snapshot_from_json(text, error) == report().snapshot);
}

TEST_CASE("The table begins with the replay and goes on with the snapshot") {
  const auto text = to_table(report());
  INFO(text);
  CHECK(text.find("replay of chat, seed 1: 0.500 s, 6.0 MiB/s (1 MiB read, 2 MiB put)\n") == 0);
  CHECK(text.find("usable blocks      2  25.0 %\n") != std::string::npos);
  CHECK(text.find("get_prefix       3  0.1  0.2    0.2\n") != std::string::npos);
  CHECK(text.find(stats::to_table(report().snapshot)) != std::string::npos);
}

TEST_CASE("A report without a request divides by nothing") {
  const replay_report empty;
  CHECK(to_json(empty).find("\"usable_prefix_hit_ratio\": 0.0") != std::string::npos);
  CHECK(to_table(empty).find("nan") == std::string::npos);
}

TEST_CASE("A report is sound if no block was wrong") {
  auto one = report();
  CHECK(one.sound());
  one.counts.wrong_blocks = 1;
  CHECK_FALSE(one.sound());
}

TEST_CASE("The progress line says how far it is and how fast") {
  CHECK(progress_line(0, 4, 0, 0) == "[                              ]   0 %  0/4 requests  0 B/s");
  CHECK(progress_line(2, 4, 64 << 20, 500'000'000) ==
        "[###############               ]  50 %  2/4 requests  128 MiB/s");
  CHECK(progress_line(4, 4, 1, 1'000'000'000) == "[##############################] 100 %  4/4 requests  1 B/s");
  CHECK(progress_line(1, 2, 0, 1, "MiB") == "[###############               ]  50 %  1/2 MiB  0 B/s");
  CHECK(progress_line(1, 2, std::nullopt, 1, "files opened") ==
        "[###############               ]  50 %  1/2 files opened");
}

TEST_CASE("A progress bar is drawn ten times a second at most, wiped in the end, and silent in a pipe") {
  std::ostringstream terminal;
  {
    progress_bar bar{terminal, true, 10};
    bar.update(1, 0, 1'000);
    const auto once = terminal.str().size();
    bar.update(2, 0, 50'000'000);
    CHECK(terminal.str().size() == once);
    bar.update(3, 0, 150'000'000);
    CHECK(terminal.str().size() > once);
  }
  CHECK(terminal.str().substr(terminal.str().size() - 2) == " \r");

  std::ostringstream pipe;
  { progress_bar{pipe, false, 10}.update(1, 0, 1'000); }
  CHECK(pipe.str().empty());
}
