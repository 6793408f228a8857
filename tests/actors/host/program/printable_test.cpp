#include "actors/host/program/printable.hpp"
#include "tests/support/catch.hpp"

using hearth::printable;

TEST_CASE("Text that is printable stays as it is, in any script") {
  CHECK(printable("") == "");
  CHECK(printable("/tmp/a trace.jsonl: there is no such file") == "/tmp/a trace.jsonl: there is no such file");
  const auto* two_to_four_bytes = "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x94\xa5 \xf4\x8f\xbf\xbf";
  CHECK(printable(two_to_four_bytes) == two_to_four_bytes);
}

TEST_CASE("Control characters become question marks, so that a name cannot end a line or move the cursor") {
  CHECK(printable("a\nb\r\tc\x1b[2J\x7f") == "a?b??c?[2J?");
  CHECK(printable(std::string("\0", 1)) == "?");
  CHECK(printable("\xc2\x9b") == "?"); // the C1 form of escape and bracket
}

TEST_CASE("Bytes that are no UTF-8 become question marks, each of them") {
  CHECK(printable("caf\xe9.jsonl") == "caf?.jsonl");
  CHECK(printable("\xc3") == "?");
  CHECK(printable("\xe2\x82") == "??");
  CHECK(printable("\xc0\xaf") == "??");           // overlong
  CHECK(printable("\xe0\x80\xaf") == "???");      // overlong
  CHECK(printable("\xed\xa0\x80") == "???");      // a surrogate
  CHECK(printable("\xf4\x90\x80\x80") == "????"); // beyond Unicode
  CHECK(printable("\xff") == "?");
}
