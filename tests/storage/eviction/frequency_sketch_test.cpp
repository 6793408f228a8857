#include "storage/eviction/frequency_sketch.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/keys.hpp"

using namespace hearth::storage;
using hearth::testing::key;

TEST_CASE("A sketch never tells less than the truth, up to 15") {
  frequency_sketch sketch{64};
  for (unsigned i = 0; i < 64; ++i)
    for (unsigned times = 0; times < i % 8; ++times)
      sketch.add(key(i));
  for (unsigned i = 0; i < 64; ++i)
    CHECK(sketch.count(key(i)) >= i % 8);
  for (int times = 0; times < 20; ++times)
    sketch.add(key(1));
  CHECK(sketch.count(key(1)) == 15);
}

TEST_CASE("A sketch tells most of few keys apart") {
  frequency_sketch sketch{1024};
  for (unsigned i = 0; i < 512; ++i)
    sketch.add(key(i));
  int wrong = 0;
  for (unsigned i = 512; i < 1024; ++i)
    wrong += sketch.count(key(i)) > 0 ? 1 : 0;
  CHECK(wrong < 4); // expected: 512 * (512 / 4096)^4; with other keys, one run in ten has one
}

TEST_CASE("A sketch forgets half of everything when it has counted ten times what was expected") {
  frequency_sketch sketch{64};
  REQUIRE(sketch.keys() == 64);
  for (int times = 0; times < 8; ++times)
    sketch.add(key(1));
  const auto before = sketch.count(key(1));
  for (unsigned i = 0; i < 632; ++i)
    sketch.add(key(1000 + i % 4));
  CHECK(sketch.count(key(1)) == before / 2);
}
