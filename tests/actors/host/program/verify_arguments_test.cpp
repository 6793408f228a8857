#include "actors/host/program/verify_arguments.hpp"
#include "tests/support/catch.hpp"

#include <vector>

using namespace hearth;
using storage::errc;

namespace {

storage::result<verify_options> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"hearth", "verify"});
  return parse_verify_arguments(static_cast<int>(arguments.size()), arguments.data());
}

bool refused_naming(std::vector<const char*> arguments, const std::string& what) {
  const auto options = parse(std::move(arguments));
  REQUIRE(options.code() == errc::invalid_argument);
  INFO(options.error().context);
  CHECK(options.error().context.find('\n') == std::string::npos);
  CHECK(options.error().context.find("hearth verify --help") != std::string::npos);
  return options.error().context.find(what) != std::string::npos;
}

} // namespace

TEST_CASE("A verification takes a directory, and changes nothing unless told to") {
  const auto options = parse({"cold"});
  REQUIRE(options.ok());
  CHECK(options->directory == "cold");
  CHECK_FALSE(options->repair);
  CHECK_FALSE(options->json);
  CHECK(options->help.empty());
  const auto all = parse({"--json", "cold", "--repair"});
  REQUIRE(all.ok());
  CHECK(all->repair);
  CHECK(all->json);
}

TEST_CASE("A verification without a directory, with two, or with a flag it does not know is refused") {
  CHECK(refused_naming({}, "DIR: expected the directory of a cold tier, found nothing"));
  CHECK(refused_naming({""}, "DIR: expected"));
  CHECK(refused_naming({"one", "two"}, "two"));
  CHECK(refused_naming({"one", "--fix"}, "--fix"));
}

TEST_CASE("Only the first argument makes it a verification, and its help tells the exit status") {
  const char* const verify[] = {"hearth", "verify"};
  const char* const replay[] = {"hearth", "replay", "verify"};
  CHECK(asks_to_verify(2, verify));
  CHECK_FALSE(asks_to_verify(3, replay));
  CHECK_FALSE(asks_to_verify(1, verify));
  const auto help = parse({"--help"});
  REQUIRE(help.ok());
  CHECK(help->help.find("--repair") != std::string::npos);
  CHECK(help->help.find("Exit status") != std::string::npos);
}
