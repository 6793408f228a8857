#include "actors/host/program/serve_arguments.hpp"

#include "tests/support/catch.hpp"

#include <vector>

using namespace hearth;

namespace {

storage::result<serve_options> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"hearth", "serve"});
  return parse_serve_arguments(static_cast<int>(arguments.size()), arguments.data());
}

std::string refusal(std::vector<const char*> arguments) { return parse(std::move(arguments)).error().context; }

} // namespace

TEST_CASE("Without flags, serve listens on this machine only and refuses changes") {
  const auto options = parse({}).value();
  CHECK(options.address == "127.0.0.1");
  CHECK(options.port == 9177);
  CHECK(options.token_file.empty());
  CHECK_FALSE(options.token_for_reading);
  CHECK(options.requests_per_second == 20);
  CHECK(options.workload.hot_bytes == 64u << 20);
}

TEST_CASE("Serve takes the options of replay's cache and workload") {
  const auto options =
      parse({"--writer-queue-blocks", "4", "--drain-mib-per-s", "20", "--requests-per-s", "7"}).value();
  CHECK(options.workload.writer_queue_blocks == 4);
  CHECK(options.workload.drain_mib_per_second == 20);
  CHECK(options.requests_per_second == 7);
  CHECK(refusal({"--block-bytes", "1GiB"}).find("--block-bytes: a block of 1 GiB needs --hot") == 0);
  CHECK(parse({"--requests", "5"})->workload.requests == 5);
  CHECK_FALSE(parse({}).value().workload.requests.has_value());
  CHECK_FALSE(parse({"--json"}).ok());
}

TEST_CASE("The address may be IPv4, IPv6 in brackets, or a socket") {
  const auto v4 = parse({"--listen", "0.0.0.0:80"}).value();
  CHECK(v4.address == "0.0.0.0");
  CHECK(v4.port == 80);
  const auto v6 = parse({"--listen", "[::1]:0"}).value();
  CHECK(v6.address == "::1");
  CHECK(v6.port == 0);
  CHECK(parse({"--socket", "/run/hearth"})->socket_path == "/run/hearth");
  CHECK_FALSE(parse({"--socket", "/run/hearth", "--listen", "127.0.0.1:1"}).ok());
  for (const auto* wrong : {"127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "127.0.0.1:-1", "80"})
    CHECK(refusal({"--listen", wrong}).find("--listen: expected ADDRESS:PORT") == 0);
}

TEST_CASE("A key without a certificate is refused, and the help shows an example") {
  CHECK_FALSE(parse({"--tls-key", "key.pem"}).ok());
  CHECK(parse({"--tls-key", "key.pem", "--tls-certificate", "certificate.pem"}).ok());
  CHECK(parse({"--help"})->help.find("Example: hearth serve") != std::string::npos);
}
