#include "actors/host/admin/request_head.hpp"
#include "tests/support/catch.hpp"

#include <limits>
#include <string>

using namespace hearth;

namespace {

/// A request with this target that was accepted.
http_request accepted(std::string_view target) {
  http_request request;
  INFO(target);
  const auto refused = read_head({"GET", target, "HTTP/1.1", {{"Host", "here"}}}, request);
  CHECK_FALSE(refused.has_value());
  return request;
}

unsigned status_of(const request_head& head) {
  http_request request;
  const auto refused = read_head(head, request);
  return refused ? refused->status : 200;
}

unsigned status_of_target(std::string_view target) { return status_of({"GET", target, "HTTP/1.1", {{"Host", "h"}}}); }

} // namespace

TEST_CASE("Path and query of a request are decoded") {
  CHECK(accepted("/").path == "/");
  CHECK(accepted("/a%20b/%c3%bc+").path == "/a b/\xc3\xbc+");
  CHECK(accepted("/metrics?").query.empty());
  CHECK(accepted("/x?a=1&b=two+words&c=%26%3d&a=2&d&=nameless&&e=f=g").query ==
        http_fields{{"a", "2"}, {"b", "two words"}, {"c", "&="}, {"d", ""}, {"e", "f=g"}});
  CHECK(accepted("/x?q=/?").query == http_fields{{"q", "/?"}});
}

TEST_CASE("A target may be that of a proxy, or the whole server") {
  CHECK(accepted("http://here:80/a?b=c").path == "/a");
  CHECK(accepted("http://here:80/a?b=c").query == http_fields{{"b", "c"}});
  CHECK(accepted("HTTP://here").path == "/");
  CHECK(accepted("https://here?b").query == http_fields{{"b", ""}});
  CHECK(accepted("*").path == "*");
}

TEST_CASE("A target that cannot be decoded is refused") {
  for (const std::string target : {"", "metrics", "here:80", "?a=b", "/%", "/%4", "/%4g", "/%00", "/a?b=%", "/a?%00=b",
                                   "/a b", "/a\tb", "/a#b", "/\xc3\xbc", "/a\x7f", "**", "http://", "http:///a"}) {
    INFO(target);
    CHECK(status_of_target(target) == 400);
  }
}

TEST_CASE("HEAD is handed over as GET, and header names in lower case") {
  http_request request;
  const request_head head{
      "HEAD", "/", "HTTP/1.1", {{"HOST", "h"}, {"Accept", "a"}, {"accept", "b"}, {"X-Empty", ""}, {"x-empty", ""}}};
  CHECK_FALSE(read_head(head, request).has_value());
  CHECK(request.method == "GET");
  CHECK(request.header("accept") == "a, b");
  CHECK(request.header("x-empty").empty());
  CHECK(request.header("absent").empty());
}

TEST_CASE("Only versions of HTTP/1 are served, and only methods and headers that can be such") {
  CHECK(status_of({"GET", "/", "HTTP/1.0", {}}) == 200);
  CHECK(status_of({"BREW", "/", "HTTP/1.1", {{"Host", "h"}, {"X", "\xfc\t "}}}) == 200);
  for (const std::string version : {"", "HTTP/0.9", "HTTP/2.0", "http/1.1", "HTTP/1.10", "HTTP/1.x"})
    CHECK(status_of({"GET", "/", version, {{"Host", "h"}}}) == 505);
  for (const std::string method : {"", "G T", "GE(T", "G\xc3\xbc"})
    CHECK(status_of({method, "/", "HTTP/1.1", {{"Host", "h"}}}) == 400);
  for (const std::string name : {"", "X ", "X\t", "(x)", "x:y", "\xc3\xbc"})
    CHECK(status_of({"GET", "/", "HTTP/1.1", {{"Host", "h"}, {name, "v"}}}) == 400);
  for (const std::string value : {"a\rb", "a\nb", "\x01", "\x7f"})
    CHECK(status_of({"GET", "/", "HTTP/1.1", {{"Host", "h"}, {"x", value}}}) == 400);
}

TEST_CASE("A request that two programs could end at different places is refused") {
  const auto with = [](decltype(request_head::headers) more, std::string_view version = "HTTP/1.1") {
    more.emplace_back("Host", "h");
    return status_of({"POST", "/", version, more});
  };
  CHECK(with({{"Content-Length", "5"}}) == 200);
  CHECK(with({{"Transfer-Encoding", "Chunked"}}) == 200);
  CHECK(with({{"Content-Length", "5"}, {"content-length", "5"}}) == 400);
  CHECK(with({{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}) == 400);
  CHECK(with({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}) == 400);
  CHECK(with({{"Transfer-Encoding", "chunked"}}, "HTTP/1.0") == 400);
  CHECK(with({{"HOST", "other"}}) == 400);
  for (const std::string encoding : {"", "gzip", "chunked, gzip", "gzip, chunked", "\tchunked", "xchunked"})
    CHECK(with({{"Transfer-Encoding", encoding}}) == 501);
  for (const std::string length : {"", "-1", "+5", "5 5", "5, 5", "0x5", " 5", "five"})
    CHECK(with({{"Content-Length", length}}) == 400);
  CHECK(status_of({"GET", "/", "HTTP/1.1", {}}) == 400);
}

TEST_CASE("The announced length of a body is a number, however large") {
  http_request request;
  CHECK(announced_body_bytes(request) == 0);
  request.headers["content-length"] = "0012";
  CHECK(announced_body_bytes(request) == 12);
  request.headers["content-length"] = std::string(40, '9');
  CHECK(announced_body_bytes(request) == std::numeric_limits<std::uint64_t>::max());
}
