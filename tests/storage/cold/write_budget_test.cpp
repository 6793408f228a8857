#include "storage/cold/write_budget.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::storage;

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t day = 86'400 * second;

/// Writes blocks of 100 bytes while the budget allows it. Returns their number.
int write_all(write_budget& budget, write_worth worth, std::int64_t now_ns) {
  int written = 0;
  for (; written < 100'000 && budget.allows(100, worth, now_ns); ++written)
    budget.take(100);
  return written;
}

} // namespace

TEST_CASE("Without limits everything may be written") {
  write_budget budget{{}, 0};
  CHECK(write_all(budget, write_worth::untouched, 0) == 100'000);
}

TEST_CASE("A burst goes at once, then so much a second") {
  write_budget budget{{1'000, 0, 5'000}, 7 * second};
  CHECK(write_all(budget, write_worth::asked, 7 * second) == 50);
  CHECK(write_all(budget, write_worth::asked, 8 * second) == 10);
  CHECK(write_all(budget, write_worth::asked, 10 * second) == 20);
  CHECK(write_all(budget, write_worth::asked, 1'000 * second) == 50);
}

TEST_CASE("A day's budget is used up, and comes back over the day") {
  write_budget budget{{0, 8'640'000, 0}, 0};
  CHECK(write_all(budget, write_worth::asked, 0) == 86'400);
  CHECK(write_all(budget, write_worth::asked, second) == 1);
  CHECK(write_all(budget, write_worth::asked, second + day / 2) == 43'200);
}

TEST_CASE("Both limits hold together") {
  write_budget budget{{1'000, 3'000, 5'000}, 0};
  CHECK(write_all(budget, write_worth::asked, 0) == 30);
  CHECK(write_all(budget, write_worth::asked, second) == 0);
}

TEST_CASE("When the budget runs low, blocks that nobody asked for go first") {
  write_budget budget{{1'000, 0, 4'000}, 0};
  CHECK(write_all(budget, write_worth::untouched, 0) == 30);
  CHECK(write_all(budget, write_worth::asked, 0) == 10);
  CHECK(write_all(budget, write_worth::untouched, second) == 0);
  CHECK(write_all(budget, write_worth::untouched, 2 * second) == 10);
}

TEST_CASE("A block larger than the burst goes when the bucket is full, and the rest is owed") {
  write_budget budget{{1'000, 0, 2'000}, 0};
  CHECK(budget.allows(5'000, write_worth::untouched, 0));
  budget.take(5'000);
  CHECK_FALSE(budget.allows(100, write_worth::asked, 3 * second));
  CHECK(budget.allows(100, write_worth::asked, 4 * second));
}

TEST_CASE("A clock that goes back fills nothing, and nothing twice") {
  write_budget budget{{1'000, 0, 1'000}, 10 * second};
  budget.take(1'000);
  CHECK_FALSE(budget.allows(100, write_worth::asked, 5 * second));
  CHECK_FALSE(budget.allows(100, write_worth::asked, 10 * second));
  CHECK(budget.allows(100, write_worth::asked, 11 * second));
}
