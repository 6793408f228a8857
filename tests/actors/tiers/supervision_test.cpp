#include "actors/tiers/supervision.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::actors;
using namespace std::chrono_literals;

namespace {

constexpr backoff_limits limits{100ms, 10s};
constexpr supervision::time_point start{1h};

} // namespace

TEST_CASE("While all actors are alive no successor is due") {
  supervision watched{limits};
  CHECK_FALSE(watched.next_due());
  CHECK_FALSE(watched.take_due(start));
}

TEST_CASE("The successor of a dead actor is due after its back-off, and once") {
  supervision watched{limits};
  watched.died(supervised::writer, start);
  CHECK(watched.next_due() == start + 100ms);
  CHECK_FALSE(watched.take_due(start + 99ms));
  CHECK(watched.take_due(start + 100ms) == supervised::writer);
  CHECK_FALSE(watched.take_due(start + 100ms));
  CHECK_FALSE(watched.next_due());
}

TEST_CASE("Successors start in the order in which they are due") {
  supervision watched{limits};
  watched.died(supervised::stats, start);
  (void)watched.take_due(start + 100ms);
  watched.died(supervised::stats, start + 100ms); // its second death: back-off of 200 ms
  watched.died(supervised::reader, start + 110ms);
  CHECK(watched.next_due() == start + 210ms);
  CHECK(watched.take_due(start + 1s) == supervised::reader);
  CHECK(watched.take_due(start + 1s) == supervised::stats);
  CHECK_FALSE(watched.take_due(start + 1s));
}

TEST_CASE("The deaths of one actor do not hold up the successor of another one") {
  supervision watched{limits};
  for (int deaths = 0; deaths < 5; ++deaths)
    watched.died(supervised::writer, start);
  watched.died(supervised::reader, start);
  CHECK(watched.deaths_in_a_row(supervised::writer) == 5);
  CHECK(watched.deaths_in_a_row(supervised::reader) == 1);
  CHECK(watched.deaths_in_a_row(supervised::stats) == 0);
}
