#include "actors/host/admin/http_options.hpp"
#include "tests/support/catch.hpp"

#include <functional>
#include <string>
#include <utility>

using namespace hearth;

TEST_CASE("Limits of an HTTP server out of range are refused, with the field and its range") {
  using std::chrono::milliseconds;
  using change = std::function<void(http_options&)>;
  for (const auto& [field, set] :
       {std::pair<std::string, change>{"connections_max", [](auto& o) { o.connections_max = 0; }},
        {"connections_max", [](auto& o) { o.connections_max = 1025; }},
        {"body_bytes_max", [](auto& o) { o.body_bytes_max = (16u << 20) + 1; }},
        {"request_deadline", [](auto& o) { o.request_deadline = milliseconds{0}; }},
        {"answer_deadline", [](auto& o) { o.answer_deadline = milliseconds{-1}; }},
        {"response_deadline", [](auto& o) { o.response_deadline = milliseconds{3'600'001}; }},
        {"crowded_deadline", [](auto& o) { o.crowded_deadline = milliseconds{0}; }},
        {"key_file", [](auto& o) { o.certificate_file = "certificate.pem"; }},
        {"certificate_file", [](auto& o) { o.key_file = "key.pem"; }}}) {
    http_options options;
    CHECK(options.validate());
    set(options);
    const auto refused = options.validate();
    REQUIRE_FALSE(refused);
    INFO(refused.error().context);
    CHECK(refused.code() == storage::errc::invalid_argument);
    CHECK(refused.error().context.starts_with(field + ": found "));
    CHECK(refused.error().context.find("expected") != std::string::npos);
  }
}
