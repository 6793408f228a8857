#include "actors/tiers/restart_backoff.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::actors;
using namespace std::chrono_literals;

namespace {

constexpr backoff_limits limits{100ms, 10s};

} // namespace

TEST_CASE("The waiting time doubles with each failure in a row, up to its limit") {
  CHECK(limits.after(0) == 100ms);
  CHECK(limits.after(1) == 200ms);
  CHECK(limits.after(6) == 6'400ms);
  CHECK(limits.after(7) == 10s);
  CHECK(limits.after(1'000'000) == 10s);
}

TEST_CASE("An actor that dies again at once is replaced later each time") {
  restart_backoff backoff{limits};
  restart_backoff::time_point now{1h};
  CHECK(backoff.died(now) == 100ms);
  CHECK(backoff.died(now += 1s) == 200ms);
  CHECK(backoff.died(now += 20s) == 400ms); // it has lived exactly twice the longest back-off
  CHECK(backoff.deaths_in_a_row() == 3);
}

TEST_CASE("After a long life the back-off begins again with the shortest time") {
  restart_backoff backoff{limits};
  restart_backoff::time_point now{1h};
  for (int deaths = 0; deaths < 20; ++deaths)
    (void)backoff.died(now);
  CHECK(backoff.died(now + 20s + 1ns) == 100ms);
  CHECK(backoff.deaths_in_a_row() == 1);
}
