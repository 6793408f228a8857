#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth {

/// Names and values; a lookup takes a std::string_view.
using http_fields = std::map<std::string, std::string, std::less<>>;

/// An HTTP request that was received whole.
struct http_request {
  std::string method;  ///< as sent, e.g. "POST". "GET" for HEAD, too: the server then leaves out the body of the answer
  std::string path;    ///< decoded; begins with '/', or is "*"
  http_fields query;   ///< decoded; of a repeated name, the last value
  http_fields headers; ///< names in lower case; the values of a repeated name, joined by ", "
  std::string body;    ///< at most `http_options::body_bytes_max`

  /// The value of a header, or nothing. `name` is in lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view{} : std::string_view{found->second};
  }
};

/// The answer to an HTTP request.
struct http_response {
  unsigned status = 200; ///< 200..599
  std::string content_type = "text/plain; charset=utf-8";
  std::string body{};
  /// More headers, e.g. Allow, WWW-Authenticate, Retry-After. The server adds "Cache-Control: no-store" unless one of
  /// them is Cache-Control, "X-Content-Type-Options: nosniff", and what HTTP itself needs.
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// Gives the answer to one request. The first call counts; later calls, and calls after the server has closed, have no
/// effect. If every copy is destroyed without a call, the client is answered 500. Threads: any.
using http_respond = std::function<void(http_response)>;

} // namespace hearth
