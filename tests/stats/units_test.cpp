#include "stats/units.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using namespace hearth::stats;

TEST_CASE("Bytes are written in the largest unit that keeps a number before the point") {
  CHECK(format_bytes(0) == "0 B");
  CHECK(format_bytes(1023) == "1023 B");
  CHECK(format_bytes(1024) == "1 KiB");
  CHECK(format_bytes(1536) == "1.5 KiB");
  CHECK(format_bytes(64ull << 20) == "64 MiB");
  CHECK(format_bytes((1ull << 30) + (1ull << 29)) == "1.5 GiB");
  CHECK(format_bytes(3ull << 40) == "3 TiB");
  CHECK(format_bytes(std::numeric_limits<std::uint64_t>::max()) == "16777216 TiB");
}

TEST_CASE("Rounding up to 1024 of a unit takes the next unit") {
  CHECK(format_bytes((1ull << 20) - 1) == "1 MiB");
  CHECK(format_bytes((1ull << 20) - 52) == "1023.9 KiB");
  CHECK(format_bytes(1024 + 51) == "1 KiB");
  CHECK(format_bytes(1024 + 52) == "1.1 KiB");
}

TEST_CASE("A size is read with each of its units") {
  CHECK(parse_bytes("0") == 0);
  CHECK(parse_bytes("4096") == 4096);
  CHECK(parse_bytes("17B") == 17);
  CHECK(parse_bytes("64KiB") == 65'536);
  CHECK(parse_bytes("64MiB") == 64ull << 20);
  CHECK(parse_bytes("2GiB") == 2ull << 30);
  CHECK(parse_bytes("1TiB") == 1ull << 40);
  CHECK(parse_bytes("5KB") == 5'000);
  CHECK(parse_bytes("5MB") == 5'000'000);
  CHECK(parse_bytes("5GB") == 5'000'000'000);
  CHECK(parse_bytes("64 MiB") == 64ull << 20);
  CHECK(parse_bytes("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  CHECK(parse_bytes("16777215TiB") == 16'777'215ull << 40);
}

TEST_CASE("A text that is no size, or does not fit 64 bits, is refused") {
  for (const auto* text : {"",
                           " ",
                           "-1",
                           "+1",
                           "-1MiB",
                           "1.5GiB",
                           "MiB",
                           "64mib",
                           "64M",
                           "64 ",
                           " 64",
                           "64  MiB",
                           "6 4",
                           "64MiBs",
                           "1e6",
                           "0x10",
                           "64PiB",
                           "18446744073709551616",
                           "16777216TiB",
                           "18014398509481984KiB",
                           "99999999999999999999999",
                           "sixty"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_bytes(text));
  }
}

TEST_CASE("A plain integer is digits and nothing else") {
  CHECK(parse_integer("0") == 0);
  CHECK(parse_integer("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  for (const auto* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_integer(text));
  }
}
