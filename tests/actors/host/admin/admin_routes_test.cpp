#include "actors/host/admin/admin_routes.hpp"

#include "actors/host/program/temporary_directory.hpp"
#include "tests/support/actor_world.hpp"
#include "tests/support/catch.hpp"

#include <fstream>

#include <sys/stat.h>

using namespace hearth;

namespace {

constexpr std::size_t block_bytes = 64 << 10;
const std::string secret = "0123456789abcdef0123";

bearer_token some_token() {
  const auto place = temporary_directory::make().value();
  const auto path = place.path() + "/token";
  std::ofstream{path} << secret;
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  return bearer_token::read(path).value();
}

buffer payload() {
  auto fresh = mutable_buffer::allocate(block_bytes).value();
  return std::move(fresh).publish();
}

block_key key(std::uint64_t number) {
  block_key made{};
  for (std::size_t i = 0; i < sizeof number; ++i)
    made.bytes[i] = static_cast<std::byte>(number >> (8 * i));
  return made;
}

/// A cache with both tiers and its admin routes, step by step.
struct administered {
  explicit administered(admin_policy policy = {some_token(), false, 50}) : routes(opened, std::move(policy)) {}

  testing::actor_world world;
  cache opened = world.open({.directory = "/cache", .hot_bytes_max = 1 << 20, .cold_bytes_max = 64 << 20}).value();
  admin_routes routes;

  http_response ask(const std::string& method, const std::string& path, http_fields query = {},
                    http_fields headers = {}, std::string body = {}) {
    std::optional<http_response> answer;
    routes.handle({method, path, std::move(query), std::move(headers), std::move(body)},
                  [&](http_response response) { answer = std::move(response); });
    world.run_until([&] { return answer.has_value(); }, std::chrono::minutes{1});
    REQUIRE(answer.has_value());
    return *answer;
  }
  http_response get(const std::string& path, http_fields query = {}, http_fields headers = {}) {
    return ask("GET", path, std::move(query), std::move(headers));
  }
  http_response post(const std::string& path, std::string body = {}) {
    return ask("POST", path, {}, {{"authorization", "Bearer " + secret}}, std::move(body));
  }
  void put(std::uint64_t first, std::uint64_t count) {
    for (auto number = first; number < first + count; ++number)
      REQUIRE(opened.put(key(number), payload(), {}).ok());
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("The snapshot that a client reads is the cache's own, for the whole and for a namespace") {
  administered one;
  REQUIRE(one.opened.name_space("model-a").ok());
  one.put(1, 40); // more than the hot tier holds
  one.world.run();
  for (const auto* path : {"/admin/api/stats", "/api/stats"}) {
    const auto whole = one.get(path);
    CHECK(whole.status == 200);
    CHECK(whole.content_type == "application/json");
    std::string error;
    const auto read = stats::snapshot_from_json(whole.body, error);
    REQUIRE(read);
    CHECK(*read == one.opened.stats().value());
    CHECK(read->whole.counters.ledger.offered().blocks > 0);
  }
  const auto part = one.get("/admin/api/stats", {{"namespace", "model-a"}});
  CHECK(contains(part.body, "\"namespace\": \"model-a\""));
  CHECK(one.get("/admin/api/stats", {{"namespace", "none such"}}).status == 404);
  CHECK(contains(one.get("/api/stats", {{"format", "table"}}).body, "-> balanced"));
  CHECK(one.get("/api/stats", {{"format", "xml"}}).status == 400);
}

TEST_CASE("Metrics come as Prometheus text, or as OpenMetrics if the scraper accepts that") {
  administered one;
  one.put(1, 3);
  const auto plain = one.get("/metrics");
  CHECK(plain.status == 200);
  CHECK(contains(plain.content_type, "version=0.0.4"));
  CHECK(contains(plain.body, "# TYPE hearth_ssd_write_drops_total counter"));
  CHECK_FALSE(contains(plain.body, "# EOF"));
  const auto open =
      one.get("/metrics", {}, {{"accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}});
  CHECK(contains(open.content_type, "application/openmetrics-text"));
  CHECK(open.body.substr(open.body.size() - 6) == "# EOF\n");
}

TEST_CASE("The history has what happened in each second, and a client asks for what is new") {
  administered one;
  one.world.advance(std::chrono::seconds{3});
  one.put(1, 5);
  one.world.advance(std::chrono::seconds{3});
  const auto all = one.get("/api/history");
  CHECK(all.status == 200);
  CHECK(contains(all.body, "\"step_ms\": 1000"));
  CHECK(contains(all.body, "\"saves\": ["));
  CHECK(contains(one.get("/api/history", {{"step", "minute"}}).body, "\"step_ms\": 60000"));
  CHECK(contains(one.get("/api/history", {{"since", "99999999999999"}}).body, "\"time_ms\": []"));
  for (const auto* wrong : {"", "x", "-1", "1.5", "99999999999999999999"})
    CHECK(one.get("/api/history", {{"since", wrong}}).status == 400);
  CHECK(one.get("/api/history", {{"step", "hour"}}).status == 400);
}

TEST_CASE("Events come latest first, and since a number") {
  administered one;
  REQUIRE(one.opened.name_space("first").ok());
  one.world.advance(std::chrono::minutes{1});
  REQUIRE(one.opened.limit({.hot_bytes_max = 2 << 20}).ok());
  const auto all = one.get("/api/events");
  const auto named = all.body.find("namespace.named"), limited = all.body.find("hot_cache.limited");
  REQUIRE(named != std::string::npos);
  REQUIRE(limited != std::string::npos);
  CHECK(limited < named);
  const auto latest = one.opened.events().front().number;
  CHECK(contains(one.get("/api/events", {{"since", std::to_string(latest)}}).body, "\"events\": []"));
  CHECK(one.get("/api/events", {{"since", "new"}}).status == 400);
}

TEST_CASE("Health is ok, degraded while the directory is gone, and failing once the cache is closed") {
  administered one;
  CHECK(one.get("/healthz").status == 200);
  CHECK(contains(one.get("/healthz").body, "\"status\": \"ok\""));
  REQUIRE(one.opened.close().ok());
  for (const auto* path : {"/healthz", "/readyz"}) {
    const auto closed = one.get(path);
    CHECK(closed.status == 503);
    CHECK(contains(closed.body, "\"failing\""));
    CHECK(contains(closed.body, "\"closed\""));
  }
  CHECK(one.get("/admin/api/stats").status == 200); // the numbers outlive the close
}

TEST_CASE("Changing requests do what they say") {
  administered one;
  one.put(1, 8);
  const auto flushed = one.post("/api/flush");
  CHECK(flushed.status == 200);
  CHECK(contains(flushed.body, "\"synced\": true"));
  CHECK(one.opened.stats()->whole.gauges.cold.blocks == 8);

  const auto hot = one.post("/admin/api/hot-cache/clear");
  CHECK(hot.status == 200);
  CHECK(contains(hot.body, "\"removed\": 8"));
  CHECK(one.opened.stats()->whole.gauges.hot.blocks == 0);
  CHECK(one.opened.get(key(3), {}).ok()); // from the cold tier

  CHECK(one.post("/admin/api/ssd-cache/clear").status == 200);
  CHECK(one.opened.stats()->whole.gauges.cold.blocks == 0);

  CHECK(one.post("/api/stats/reset").status == 200);
  CHECK(one.opened.stats()->whole.counters.saves == 0);

  CHECK(one.post("/api/limits", R"({"hot_bytes_max": 3000000})").status == 200);
  CHECK(one.opened.stats()->whole.gauges.hot_cache_max_bytes == 3'000'000);
}

TEST_CASE("Limits that cannot be are refused, and nothing changes") {
  administered one;
  for (const auto* body : {"", "{}", "[1]", "{\"hot_bytes_max\": -1}", "{\"hot_bytes_max\": \"1\"}", "{\"hot\": 1}",
                           "{\"cold_bytes_max\": 1}", "{\"hot_bytes_max\": 18446744073709551615}"}) {
    INFO(body);
    const auto refused = one.post("/api/limits", body);
    CHECK(refused.status == 400);
    CHECK(contains(refused.body, "\"error\": "));
  }
  CHECK(one.opened.stats()->whole.gauges.hot_cache_max_bytes == 1 << 20);
}

TEST_CASE("Without the token nothing changes: 403 if the server has none, 401 if the client has not") {
  const auto changing = {"/admin/api/hot-cache/clear", "/admin/api/ssd-cache/clear", "/api/flush", "/api/stats/reset",
                         "/api/limits"};
  administered without{admin_policy{}};
  administered with;
  with.put(1, 2);
  const auto before = with.opened.stats().value();
  for (const auto* path : changing) {
    CHECK(without.post(path).status == 403);
    for (const auto& headers : {http_fields{}, http_fields{{"authorization", "Bearer wrong-wrong-wrong-wrong"}}}) {
      const auto refused = with.ask("POST", path, {}, headers, R"({"hot_bytes_max": 5})");
      CHECK(refused.status == 401);
      CHECK(refused.headers.front().first == "WWW-Authenticate");
    }
  }
  const auto after = with.opened.stats().value();
  CHECK(after.whole.counters == before.whole.counters);
  CHECK(after.whole.gauges == before.whole.gauges);
}

TEST_CASE("Reading can be made to need the token as well") {
  administered one{{some_token(), true, 50}};
  CHECK(one.get("/").status == 200); // the page asks for the token
  for (const auto* path : {"/admin/api/stats", "/metrics", "/api/history", "/api/events", "/healthz"}) {
    CHECK(one.get(path).status == 401);
    CHECK(one.get(path, {}, {{"authorization", "Bearer " + secret}}).status == 200);
  }
}

TEST_CASE("A wrong method names the right one, and an unknown path is not found") {
  administered one;
  const auto read = one.ask("POST", "/metrics");
  CHECK(read.status == 405);
  CHECK(read.headers.front() == std::pair<std::string, std::string>{"Allow", "GET, HEAD"});
  const auto change = one.get("/api/flush");
  CHECK(change.status == 405);
  CHECK(change.headers.front() == std::pair<std::string, std::string>{"Allow", "POST"});
  for (const auto* path : {"/nothing", "/metrics/", "//", "*", "/admin", "/../etc/passwd"})
    CHECK(one.get(path).status == 404);
}

TEST_CASE("A server of this machine answers no page that calls it by another name") {
  admin_policy policy;
  policy.local_hosts_only = true;
  administered one{std::move(policy)};
  for (const auto* host : {"127.0.0.1:9177", "127.1.2.3", "localhost", "localhost:80", "[::1]:9177", "[::1]"})
    CHECK(one.get("/api/stats", {}, {{"host", host}}).status == 200);
  for (const auto* host : {"evil.example", "evil.example:9177", "127.0.0.1.evil.example", "localhost.evil.example", "",
                           "[::2]", "10.0.0.1", "[::1].evil.example"})
    CHECK(one.get("/api/stats", {}, {{"host", host}}).status == 403);
  administered elsewhere;
  CHECK(elsewhere.get("/api/stats", {}, {{"host", "cache.example"}}).status == 200);
}

TEST_CASE("The dashboard is one page that asks no other server") {
  administered one;
  const auto page = one.get("/");
  CHECK(page.status == 200);
  CHECK(page.content_type == "text/html; charset=utf-8");
  CHECK(contains(page.body, "<!doctype html>"));
  for (std::size_t at = page.body.find("://"); at != std::string::npos; at = page.body.find("://", at + 1))
    CHECK(page.body.substr(at - 4, 17) == "http://www.w3.org"); // the name of SVG, which is no address to load
}
