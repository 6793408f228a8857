#include "actors/host/program/policies_command.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <vector>

using namespace hearth;
using storage::errc;

namespace {

storage::result<policies_options> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"hearth", "policies"});
  return parse_policies_arguments(static_cast<int>(arguments.size()), arguments.data());
}

bool refused_naming(std::vector<const char*> arguments, const std::string& what) {
  const auto options = parse(std::move(arguments));
  REQUIRE(options.code() == errc::invalid_argument);
  INFO(options.error().context);
  CHECK(options.error().context.find('\n') == std::string::npos);
  return options.error().context.find(what) != std::string::npos;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("Policies are compared at the capacities that are asked for") {
  const auto options = parse({"--trace", "t.jsonl", "--capacity", "10,200", "--requests", "7", "--json"});
  REQUIRE(options.ok());
  CHECK(options->trace == "t.jsonl");
  CHECK(options->capacities == std::vector<std::size_t>{10, 200});
  CHECK(options->requests == 7u);
  CHECK(options->json);
}

TEST_CASE("A comparison of policies with a capacity that is none is refused") {
  CHECK(refused_naming({"--capacity", "0"}, "--capacity"));
  CHECK(refused_naming({"--capacity", "10,many"}, "--capacity"));
  CHECK(refused_naming({"--requests", "0"}, "--requests"));
  CHECK(refused_naming({"--sizes", "1"}, "--sizes"));
  CHECK(refused_naming({"--seed", "-1"}, "expected an integer 0..18446744073709551615, found -1"));
  CHECK(refused_naming({"--seed", "18446744073709551616"}, "--seed"));
  CHECK(parse({"--seed", "18446744073709551615"})->seed == 18446744073709551615u);
}

TEST_CASE("The table has a row a capacity and a column a policy, the clairvoyant one last") {
  policies_options options;
  options.requests = 300;
  options.capacities = {50, 500};
  const auto outcome = run_policies(options);
  REQUIRE(outcome.status == 0);
  INFO(outcome.output);
  CHECK(has(outcome.output, "300 requests"));
  CHECK(has(outcome.output, "lru  s3-fifo  w-tinylfu  conversation  clairvoyant\n"));
  CHECK(has(outcome.output, "\n50 "));
  CHECK(has(outcome.output, "\n500 "));
  CHECK(run_policies(options).output == outcome.output);
  options.seed = 2;
  CHECK(run_policies(options).output != outcome.output);
}

TEST_CASE("Without capacities there are five, and the scores can be had as JSON") {
  policies_options options;
  options.requests = 100;
  options.json = true;
  const auto outcome = run_policies(options);
  REQUIRE(outcome.status == 0);
  INFO(outcome.output);
  CHECK(has(outcome.output, "\"distinct_blocks\""));
  std::size_t rows = 0;
  for (auto at = outcome.output.find("\"clairvoyant\""); at != std::string::npos;
       at = outcome.output.find("\"clairvoyant\"", at + 1))
    ++rows;
  CHECK(rows == 5);
}

TEST_CASE("Policies over a trace that is not there say so") {
  policies_options options;
  options.trace = "no/such/trace.jsonl";
  const auto outcome = run_policies(options);
  CHECK(outcome.status == 2);
  CHECK(has(outcome.error, "no/such/trace.jsonl"));
}
