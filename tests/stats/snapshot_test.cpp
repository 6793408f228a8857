#include "stats/snapshot.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::stats;

TEST_CASE("One namespace alone has its name and part, and an unknown one is nothing") {
  snapshot whole;
  whole.namespaces["default"].counters.saves = 2;
  const auto one = one_namespace(whole, "default");
  REQUIRE(one);
  CHECK(one->name_space == "default");
  CHECK(one->whole == whole.namespaces.at("default"));
  CHECK(one->namespaces.empty());
  CHECK_FALSE(one_namespace(whole, "other"));
  CHECK_FALSE(one_namespace(whole, "*"));
}
