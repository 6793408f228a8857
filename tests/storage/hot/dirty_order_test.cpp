#include "storage/hot/dirty_order.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <random>

using namespace hearth::storage;

TEST_CASE("Dirty blocks come in the order in which they became dirty") {
  dirty_order order;
  CHECK(order.behind(0) == no_slot);
  const auto first = order.add(7);
  const auto second = order.add(3);
  const auto third = order.add(5);
  CHECK(first < second);
  CHECK(second < third);
  CHECK(order.last_number() == third);
  CHECK(order.size() == 3);
  CHECK(order.behind(0) == 7);
  CHECK(order.behind(first) == 3);
  order.remove(second);
  CHECK(order.behind(first) == 5);
  CHECK(order.behind(third) == no_slot);
  order.remove(first);
  CHECK(order.behind(0) == 5);
  CHECK(order.size() == 1);
}

TEST_CASE("A number is never given twice, however many were taken out") {
  dirty_order order;
  const auto first = order.add(1);
  order.remove(first);
  CHECK(order.size() == 0);
  CHECK(order.add(1) > first);
}

TEST_CASE("The dirty order agrees with a map, whatever is taken out") {
  dirty_order order;
  std::map<std::uint64_t, block_slot> expected;
  std::mt19937 random{5};
  for (block_slot step = 1; step < 20'000; ++step) {
    expected.emplace(order.add(step), step);
    if (expected.size() > 1000 || random() % 3 == 0) {
      auto leaving = expected.lower_bound(random() % (order.last_number() + 1));
      if (leaving == expected.end())
        leaving = expected.begin();
      order.remove(leaving->first);
      expected.erase(leaving);
    }
    const auto from = random() % (order.last_number() + 1);
    const auto next = expected.upper_bound(from);
    REQUIRE(order.behind(from) == (next == expected.end() ? no_slot : next->second));
    REQUIRE(order.size() == expected.size());
  }
}
