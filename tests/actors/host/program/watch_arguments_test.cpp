#include "actors/host/program/watch_arguments.hpp"

#include "tests/support/catch.hpp"

#include <vector>

using namespace hearth;

namespace {

storage::result<watch_options> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "hearth");
  return parse_watch_arguments(static_cast<int>(arguments.size()), arguments.data());
}

} // namespace

TEST_CASE("stats and top need the address of an admin server") {
  for (const auto* command : {"stats", "top"}) {
    CHECK(parse({command, "http://127.0.0.1:9177"})->url == "http://127.0.0.1:9177");
    const auto refused = parse({command});
    CHECK(refused.error().context ==
          "URL: expected the address of an admin server, such as http://127.0.0.1:9177, found nothing (see hearth " +
              std::string{command} + " --help)");
    CHECK(parse({command, "--help"})->help.find("Example: hearth " + std::string{command}) != std::string::npos);
  }
}

TEST_CASE("stats prints one namespace or the whole, top a screen every so often") {
  const auto stats = parse({"stats", "unix:/run/hearth", "--namespace", "model-a", "--json"}).value();
  CHECK(stats.name_space == "model-a");
  CHECK(stats.json);
  const auto top = parse({"top", "http://[::1]:1", "--interval-s", "5", "--screens", "2"}).value();
  CHECK(top.interval_s == 5);
  CHECK(top.screens == 2);
  CHECK_FALSE(parse({"top", "http://[::1]:1", "--interval-s", "0"}).ok());
  CHECK_FALSE(parse({"top", "http://[::1]:1", "--json"}).ok());
}
