#include "actors/tiers/write_policy.hpp"

#include "tests/support/catch.hpp"

using namespace hearth;

TEST_CASE("Each write policy is found by its own name, and the error about another lists the names there are") {
  for (const auto policy : write_policies)
    CHECK(write_policy_from_string(to_string(policy)).value() == policy);
  CHECK(write_policy_from_string("through").value() == write_policy::through);
  const auto unknown = write_policy_from_string("around");
  REQUIRE(unknown.code() == storage::errc::invalid_argument);
  CHECK(unknown.error().context == "found around, expected one of back, through");
}
