#include "stats/json_writer.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::stats;

TEST_CASE("A list holds its objects in order, and an empty one stays a list") {
  json_writer json;
  json.boolean("well", true);
  json.array("none", [] {});
  json.array("some", [&] {
    for (std::uint64_t i = 1; i <= 2; ++i)
      json.element([&] {
        json.integer("number", i);
        json.boolean("odd", i % 2 == 1);
      });
  });
  json.text("last", "x");
  CHECK(json.finish() == R"({
  "well": true,
  "none": [],
  "some": [
    {
      "number": 1,
      "odd": true
    },
    {
      "number": 2,
      "odd": false
    }
  ],
  "last": "x"
})");
}
