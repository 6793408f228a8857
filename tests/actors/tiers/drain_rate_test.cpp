#include "actors/tiers/drain_rate.hpp"
#include "tests/support/catch.hpp"

using hearth::actors::drain_rate;

namespace {

constexpr std::int64_t ms = 1'000'000;

/// Drains 1 MB every `every`, beginning at `now`, this many times.
void drain(drain_rate& rate, std::int64_t& now, std::int64_t every, int times) {
  for (; times > 0; --times)
    rate.drained(1'000'000, now += every);
}

bool about(std::uint64_t found, double expected) {
  return static_cast<double>(found) > expected * 0.9 && static_cast<double>(found) < expected * 1.1;
}

} // namespace

TEST_CASE("Nothing is known of a queue that has never drained") {
  drain_rate rate;
  rate.busy_from(5 * ms);
  CHECK_FALSE(rate.bytes_per_second(1000 * ms, false));
}

TEST_CASE("The rate is what comes out over the time in which something was in") {
  drain_rate rate;
  std::int64_t now = 0;
  rate.busy_from(now);
  drain(rate, now, 10 * ms, 300);
  CHECK(about(*rate.bytes_per_second(now, false), 100e6));
  now += 60'000 * ms; // idle: this time does not count
  rate.busy_from(now);
  drain(rate, now, 10 * ms, 10);
  CHECK(about(*rate.bytes_per_second(now, false), 100e6));
  CHECK(about(*rate.bytes_per_second(now + 3'600'000 * ms, true), 100e6));
}

TEST_CASE("A disk that becomes ten times slower is known to be within seconds") {
  drain_rate rate;
  std::int64_t now = 0;
  rate.busy_from(now);
  drain(rate, now, 10 * ms, 300);
  drain(rate, now, 100 * ms, 50); // five seconds
  CHECK(about(*rate.bytes_per_second(now, false), 10e6));
}

TEST_CASE("A disk that hangs grows slower by the second") {
  drain_rate rate;
  std::int64_t now = 0;
  rate.busy_from(now);
  drain(rate, now, 10 * ms, 300);
  CHECK(about(*rate.bytes_per_second(now + 1'000 * ms, false), 50e6));
  CHECK(about(*rate.bytes_per_second(now + 99'000 * ms, false), 1e6));
}
