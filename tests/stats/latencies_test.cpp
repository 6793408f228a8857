#include "stats/latencies.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

using namespace hearth::stats;

TEST_CASE("Without operations every latency is zero") {
  const latencies measured;
  for (std::size_t i = 0; i < operations; ++i)
    CHECK(measured.read(static_cast<operation>(i)) == latency{});
}

TEST_CASE("A quantile is never too low, and at most a sixteenth too high") {
  latencies measured;
  std::vector<std::uint64_t> all;
  std::uint64_t state = 7;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    const auto ns = (state >> 33) >> (state % 31);
    all.push_back(ns);
    measured.add(operation::put, ns);
  }
  std::sort(all.begin(), all.end());
  const auto found = measured.read(operation::put);
  CHECK(found.count == all.size());
  CHECK(found.sum_ns == std::accumulate(all.begin(), all.end(), std::uint64_t{0}));
  CHECK(found.max_ns == all.back());
  const auto check = [&](std::uint64_t measured_ns, std::size_t per_mille) {
    const auto exact = all[(all.size() * per_mille + 999) / 1000 - 1];
    CHECK(measured_ns >= exact);
    CHECK(measured_ns <= exact + exact / 16);
  };
  check(found.p50_ns, 500);
  check(found.p90_ns, 900);
  check(found.p99_ns, 990);
  check(found.p999_ns, 999);
}

TEST_CASE("The coarse buckets add up to the count, and each operation is in the bucket of its latency") {
  latencies measured;
  for (const std::uint64_t ns : {0ull, 900ull, 1'500ull, 3'000'000ull, 100'000'000'000ull})
    measured.add(operation::device_read, ns);
  const auto found = measured.read(operation::device_read);
  CHECK(std::accumulate(found.coarse.begin(), found.coarse.end(), std::uint64_t{0}) == 5);
  CHECK(found.coarse[0] == 2);              // up to 1 us
  CHECK(found.coarse[1] == 1);              // up to 2 us
  CHECK(found.coarse[12] == 1);             // up to 4.096 ms
  CHECK(found.coarse[latency_bounds] == 1); // more than 34 s
  CHECK(measured.read(operation::device_write) == latency{});
}

TEST_CASE("The longest latency there is has a bucket, and a reset forgets everything") {
  latencies measured;
  measured.add(operation::get_cold, std::numeric_limits<std::uint64_t>::max());
  measured.add(operation::get_cold, 31);
  measured.add(operation::get_cold, 32);
  const auto found = measured.read(operation::get_cold);
  CHECK(found.p50_ns == 33);
  CHECK(found.max_ns == std::numeric_limits<std::uint64_t>::max());
  CHECK(found.p999_ns == std::numeric_limits<std::uint64_t>::max());
  measured.reset();
  CHECK(measured.read(operation::get_cold) == latency{});
}
