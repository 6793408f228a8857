#include "stats/latency_histogram.hpp"
#include "tests/stats/random.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <limits>
#include <vector>

using namespace hearth::stats;

TEST_CASE("A histogram without samples answers zero") {
  const latency_histogram empty;
  CHECK(empty.count() == 0);
  CHECK(empty.quantile(500) == 0);
}

TEST_CASE("Small latencies are exact, by nearest rank") {
  latency_histogram times;
  for (std::uint64_t ns = 1; ns <= 100; ++ns)
    times.add(ns);
  CHECK(times.quantile(500) == 50);
  CHECK(times.quantile(990) == 99);
  CHECK(times.quantile(999) == 100);
  CHECK(times.quantile(1000) == 100);
  CHECK(times.quantile(1) == 1);
}

TEST_CASE("A quantile is never below the true one and less than one per cent above") {
  const std::uint64_t seed = 5;
  CAPTURE(seed);
  random_sequence random{seed};
  latency_histogram times;
  std::vector<std::uint64_t> all;
  for (int i = 0; i < 10'000; ++i) {
    all.push_back(random.below(1ull << (1 + random.below(31))));
    times.add(all.back());
  }
  std::sort(all.begin(), all.end());
  for (std::uint64_t per_mille : {1, 100, 500, 900, 990, 999, 1000}) {
    CAPTURE(per_mille);
    const auto exact = all[(all.size() * per_mille + 999) / 1000 - 1];
    CHECK(times.quantile(per_mille) >= exact);
    CHECK(times.quantile(per_mille) <= exact + exact / 100);
  }
}

TEST_CASE("The largest number there is has a bucket") {
  latency_histogram times;
  times.add(std::numeric_limits<std::uint64_t>::max());
  CHECK(times.quantile(1000) == std::numeric_limits<std::uint64_t>::max());
}
