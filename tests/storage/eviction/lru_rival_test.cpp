#include "storage/eviction/lru_rival.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::storage;

TEST_CASE("LRU wins while it would have had more than a thousandth more of late, and no longer") {
  lru_rival rival;
  CHECK_FALSE(rival.wins());
  rival.count(100, 50, 51);
  CHECK(rival.wins());
  int until = 0;
  for (; rival.wins() && until < 1000; ++until)
    rival.count(100, 50, 50);
  CHECK(until > 5);
  CHECK(until < 15);
}

TEST_CASE("A policy that is better than LRU hears of it at first, if at all") {
  lru_rival rival;
  for (int i = 0; i < 2000; ++i) {
    rival.count(10, i % 2 == 0 ? 10 : 0, 4); // worse in every second request
    REQUIRE((i < 100 || !rival.wins()));
  }
}

TEST_CASE("A long success does not allow a long time below LRU") {
  lru_rival rival;
  for (int i = 0; i < 100'000; ++i)
    rival.count(10, 10, 0);
  int until = 0;
  for (; !rival.wins() && until < 1000; ++until)
    rival.count(10, 5, 6);
  CHECK(until < 500);
}

TEST_CASE("Who does as LRU does whenever it wins loses no more to it than a thousandth") {
  lru_rival rival;
  double lost = 0;
  for (int i = 0; i < 50'000; ++i) {
    const double own = rival.wins() ? 6 : 5;
    rival.count(10, own, 6);
    lost += 6 - own;
  }
  CHECK(lost / 500'000 < 0.0011);
}
