#include "tests/bench/worker.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <tuple>

using namespace hearth::bench;

namespace {

/// Stores every block and finds none. Counts the calls.
class counting_peer final : public peer {
public:
  std::string version() const override { return {}; }
  hearth::storage::result<void> open(const stage&) override { return {}; }
  hearth::storage::result<std::size_t> put(unsigned, chain_blocks chain) override {
    ++puts;
    return chain.size();
  }
  hearth::storage::result<std::size_t> get(unsigned, chain_keys, const block_seen&) override {
    ++gets;
    return std::size_t{0};
  }
  void close() override {}

  unsigned puts = 0;
  unsigned gets = 0;
};

} // namespace

TEST_CASE("A worker that starts after the run is over makes one call, so that every thread has figures") {
  const auto [what, puts, gets] = GENERATE(
      std::tuple{workload::hot_get, 0u, 1u}, std::tuple{workload::miss, 0u, 1u}, std::tuple{workload::contains, 0u, 1u},
      std::tuple{workload::cold_put, 1u, 0u}, std::tuple{workload::put, 1u, 0u}, std::tuple{workload::churn, 1u, 1u});
  counting_peer at;
  const workload_plan plan{.what = what, .where = {"", 1 << 20, 16 << 20, 64 << 10, 64 << 20, 1}};
  shared_run run{at, plan};
  run.running = 1;
  run.over = true;
  worker one{run, 0, what};
  one.work();
  CHECK(one.outcome.ok());
  CHECK(at.puts == puts);
  CHECK(at.gets == gets);
  CHECK(one.asked == gets);
  CHECK(one.call_us.size() == puts + gets);
  CHECK(run.running == 0);
}

TEST_CASE("A worker for which no cold block is left makes no call") {
  counting_peer at;
  const workload_plan plan{.what = workload::cold_get, .where = {"", 1 << 20, 16 << 20, 64 << 10, 64 << 20, 1}};
  shared_run run{at, plan};
  run.running = 1;
  worker one{run, 0, plan.what};
  one.work();
  CHECK(at.gets == 0);
  CHECK(run.running == 0);
}
