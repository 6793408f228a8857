#include "storage/cold/opened_store.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::storage;

TEST_CASE("A line about a recovery tells every count of its report") {
  CHECK(to_string(recovery_report{1, 2, 3, 4, 5, 6}) ==
        "recovered=1 damaged=2 unfinished=3 foreign=4 reclaimed=5 replaced=6");
}
