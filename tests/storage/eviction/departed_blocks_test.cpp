#include "storage/eviction/departed_blocks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

#include <algorithm>
#include <deque>
#include <random>

using namespace hearth::storage;
using hearth::testing::key;

namespace {

block_history of_cohort(unsigned number) { return {number, number % 4, number % 2}; }

} // namespace

TEST_CASE("A block that departed is found with its history, until it is taken") {
  departed_blocks departed;
  CHECK(departed.find(key(1)) == nullptr);
  departed.add(key(1), of_cohort(7), 3);
  auto* found = departed.find(key(1));
  REQUIRE(found != nullptr);
  CHECK(found->history.cohort == 7);
  CHECK(found->history.asked == 3);
  CHECK(found->history.flag == 1);
  CHECK(found->children == 3);
  CHECK(departed.take(found).children == 3);
  CHECK(departed.find(key(1)) == nullptr);
  CHECK(departed.size() == 0);
}

TEST_CASE("More children than can be counted are as many as can be") {
  departed_blocks departed;
  CHECK(departed.add(key(1), of_cohort(1), 100'000).children == departed_blocks::children_max);
}

TEST_CASE("Departed blocks are forgotten in the order in which they came, and gaps at the ends cost nothing") {
  departed_blocks departed;
  for (unsigned i = 1; i <= 6; ++i)
    departed.add(key(i), of_cohort(i));
  departed.take(departed.find(key(1)));
  departed.take(departed.find(key(3)));
  departed.take(departed.find(key(6)));
  CHECK(departed.size() == 4); // 2 to 5, with one gap
  for (const unsigned expected : {2, 4, 5})
    CHECK(departed.take_first().history.cohort == expected);
  CHECK(departed.size() == 0);
}

TEST_CASE("A renewed block of the older half moves to the end, with its history and children") {
  departed_blocks departed;
  for (unsigned i = 1; i <= 6; ++i)
    departed.add(key(i), of_cohort(i), i);
  auto* renewed = departed.renew(departed.find(key(2)));
  CHECK(renewed == departed.find(key(2)));
  CHECK(renewed->history.cohort == 2);
  CHECK(renewed->history.asked == 2);
  CHECK(renewed->children == 2);
  for (int i = 0; i < 100; ++i) { // repeated moves leave no gaps
    departed.renew(departed.find(key(5)));
    departed.renew(departed.find(key(2)));
  }
  CHECK(departed.size() == 7);
  for (const unsigned expected : {1, 3, 4, 5, 6, 2})
    CHECK(departed.take_first().history.cohort == expected);
  CHECK(departed.size() == 0);
}

TEST_CASE("Whatever comes and goes, exactly what was added and not taken is found") {
  std::mt19937 random{1};
  departed_blocks departed;
  std::deque<unsigned> here;
  const auto is_here = [&](unsigned number) { return std::find(here.begin(), here.end(), number) != here.end(); };
  for (int step = 0; step < 20'000; ++step) {
    const auto number = static_cast<unsigned>(1 + random() % 400);
    auto* found = departed.find(key(number));
    REQUIRE((found != nullptr) == is_here(number));
    if (found == nullptr) {
      departed.add(key(number), of_cohort(number));
      here.push_back(number);
    } else {
      REQUIRE(found->history.cohort == number);
      departed.take(found);
      std::erase(here, number);
    }
    if (here.size() > 200) {
      REQUIRE(departed.take_first().history.cohort == here.front());
      here.pop_front();
    }
    REQUIRE(departed.size() >= here.size());
  }
}
