#include "actors/host/admin/http_server.hpp"
#include "tests/support/catch.hpp"

using namespace hearth;

TEST_CASE("Built without libmicrohttpd, an HTTP server is not opened, and the error says what to install") {
  const auto refused = http_server::open({}, [](const http_request&, const http_respond&) {});
  REQUIRE_FALSE(refused);
  CHECK(refused.code() == storage::errc::unsupported);
  CHECK(refused.error().context.find("libmicrohttpd-dev") != std::string::npos);
  http_options options;
  options.connections_max = 0;
  CHECK(http_server::open(options, {}).code() == storage::errc::invalid_argument);
}
