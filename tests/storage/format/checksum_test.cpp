#include "storage/format/checksum.hpp"
#include "tests/support/catch.hpp"

using namespace hearth::storage;

TEST_CASE("The checksum is XXH3-64 as its authors publish it") { CHECK(checksum({}) == 0x2d06800538d394c2); }
