#include "actors/host/program/trace.hpp"
#include "tests/support/catch.hpp"

#include <sstream>

using namespace hearth;
using storage::errc;

namespace {

auto read(const std::string& text, const trace_limits& limits = {}) {
  std::istringstream input{text};
  return read_trace(input, "t.jsonl", limits);
}

std::string refusal(const std::string& text, const trace_limits& limits = {}) {
  const auto trace = read(text, limits);
  REQUIRE_FALSE(trace.ok());
  return trace.error().context;
}

} // namespace

TEST_CASE("A trace gives its requests in order, whatever else stands on the lines") {
  const auto trace = read("{\"timestamp\": 0, \"input_length\": 7, \"output_length\": 5, \"hash_ids\": [0, 1, 2]}\n"
                          "{\"hash_ids\": []}\n"
                          "{\"hash_ids\": [9223372036854775807], \"extra\": {\"hash_ids\": 1}}\n");
  REQUIRE(trace.ok());
  CHECK(*trace == std::vector<request>{{{0, 1, 2}}, {{}}, {{9'223'372'036'854'775'807u}}});
}

TEST_CASE("The last line may lack its newline, be empty, or end as on Windows") {
  const std::vector<request> expected{{{1}}};
  for (const auto* text : {"{\"hash_ids\": [1]}", "{\"hash_ids\": [1]}\n", "{\"hash_ids\": [1]}\n\n",
                           "{\"hash_ids\": [1]}\r\n", "{\"hash_ids\": [1]}\r\n\r\n"}) {
    CAPTURE(text);
    const auto trace = read(text);
    REQUIRE(trace.ok());
    CHECK(*trace == expected);
  }
}

TEST_CASE("A broken line is refused with file, line and member, whatever is wrong with it") {
  const std::string good = "{\"hash_ids\": [1, 2]}\n";
  const std::string list = "t.jsonl:2: hash_ids: expected a list of integers, found ";
  const std::string item = "t.jsonl:2: hash_ids[1]: expected an integer 0..9223372036854775807, found ";
  CHECK(refusal(good + "{}\n") == "t.jsonl:2: hash_ids: missing");
  CHECK(refusal(good + "{\"hash_ids\": 7}\n") == list + "7");
  CHECK(refusal(good + "{\"hash_ids\": null}\n") == list + "null");
  CHECK(refusal(good + "{\"hash_ids\": \"1\"}\n") == list + "a string");
  CHECK(refusal(good + "{\"hash_ids\": {}}\n") == list + "an object");
  CHECK(refusal(good + "{\"hash_ids\": [1, -1]}\n") == item + "-1");
  CHECK(refusal(good + "{\"hash_ids\": [1, 1.5]}\n") == item + "1.5");
  CHECK(refusal(good + "{\"hash_ids\": [1, 2.0]}\n") == item + "2.0");
  CHECK(refusal(good + "{\"hash_ids\": [1, \"2\"]}\n") == item + "a string");
  CHECK(refusal(good + "{\"hash_ids\": [1, [2]]}\n") == item + "a list");
  CHECK(refusal(good + "{\"hash_ids\": [1, null]}\n") == item + "null");
  CHECK(refusal(good + "{\"hash_ids\": [1, 9223372036854775808]}\n") == item + "9223372036854775808");
  CHECK(refusal(good + "{\"hash_ids\": [1, 99999999999999999999]}\n").find(item) == 0);
  CHECK(refusal(good + "{\"hash_ids\": [1], \"hash_ids\": [2]}\n") == "t.jsonl:2: hash_ids: given twice");
  CHECK(refusal(good + "[1, 2]\n") == "t.jsonl:2: expected a JSON object, found a list");
  CHECK(refusal(good + "{\"hash_ids\": [1, 2\n").find("t.jsonl:2: byte ") == 0);
  CHECK(refusal(good + "{\"hash_ids\": [1]} x\n").find("t.jsonl:2: byte ") == 0);
  CHECK(refusal(good + "timestamp,hash_ids\n").find("t.jsonl:2: byte ") == 0);
  CHECK(refusal(good + std::string("\0\n", 2)).find("t.jsonl:2: byte 0") == 0);
  CHECK(refusal(good + "\n" + good) == "t.jsonl:2: expected a JSON object with hash_ids, found an empty line");
  CHECK(read(good + "{}\n").code() == errc::invalid_argument);
}

TEST_CASE("A trace without a request is refused") {
  for (const auto* text : {"", "\n", "\r\n"}) {
    CAPTURE(text);
    CHECK(refusal(text) == "t.jsonl: the trace has no requests: expected one JSON object a line");
  }
}

TEST_CASE("A line may be as long as the limit and no longer, with or without a newline behind it") {
  const std::string line = "{\"hash_ids\": [1]}";
  for (const std::string newline : {"\n", ""}) {
    CAPTURE(newline);
    CHECK(read(line + newline, {line.size(), 10}).ok());
    for (std::size_t missing = 1; missing < 4; ++missing) {
      const auto limit = line.size() - missing;
      CHECK(refusal(line + newline, {limit, 10}) ==
            "t.jsonl:1: the line is too long: expected at most " + std::to_string(limit) + " bytes");
    }
  }
  CHECK(read(line + "\n" + line + " ", {line.size(), 10}).code() == errc::too_large);
}

TEST_CASE("A trace with more block references than memory is meant for is refused") {
  CHECK(read("{\"hash_ids\": [1, 2]}\n{\"hash_ids\": [3]}\n", {100, 3}).ok());
  CHECK(refusal("{\"hash_ids\": [1, 2]}\n{\"hash_ids\": [3, 4]}\n", {100, 3}) ==
        "t.jsonl:2: hash_ids: found more than 3 block references in the trace: split the file");
  const std::string empty = "{\"hash_ids\": []}\n";
  CHECK(read(empty + empty + empty, {100, 3}).ok());
  // Empty lines count against the limit, too.
  CHECK(read(empty + empty + empty + empty, {100, 3}).code() == errc::too_large);
}

TEST_CASE("A trace file that is not there or is a directory is refused by its name") {
  const auto missing = read_trace("no/such/trace.jsonl");
  CHECK(missing.code() == errc::not_found);
  CHECK(missing.error().context == "no/such/trace.jsonl: no such trace file");
  CHECK(read_trace(".").error().context == ".: found a directory, expected a trace file");
}
