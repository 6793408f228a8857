#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::testing {

/// How a server may take a malformed request.
enum class tolerance : bool {
  none,    ///< refused or closed, with every version of libmicrohttpd
  allowed, ///< a version may serve it: HTTP lets a server be lenient here, and no proxy reads another request
};

struct malformed_request {
  std::string what;
  std::string bytes;
  tolerance lenient = tolerance::none;
};

/// Malformed and hostile requests, each sent on a connection of its own and followed by its end.
inline std::vector<malformed_request> malformed_requests() {
  using namespace std::string_literals;
  const auto get = [](const std::string& more) { return "GET / HTTP/1.1\r\nHost: h\r\n" + more + "\r\n"; };
  const auto post = [](const std::string& more, const std::string& body) {
    return "POST / HTTP/1.1\r\nHost: h\r\n" + more + "\r\n" + body;
  };
  const auto chunks = [&](const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); };
  std::string headers, noise;
  for (int i = 0; i < 3000; ++i)
    headers += "X-" + std::to_string(i) + ": y\r\n";
  for (unsigned i = 0, state = 1; i < 8192; ++i)
    noise += static_cast<char>((state = state * 1'103'515'245u + 12'345u) >> 16);
  return {
      {"nothing", ""},
      {"empty lines only", "\r\n\r\n\r\n\r\n"},
      {"a word", "GARBAGE\r\n\r\n"},
      {"a method alone", "GET\r\n\r\n"},
      {"a method and a space", "GET \r\n\r\n"},
      {"HTTP/0.9", "GET /\r\n\r\n"},
      {"HTTP/0.9 with a version", "GET / HTTP/0.9\r\nHost: h\r\n\r\n"},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n"},
      {"HTTP/9.9", "GET / HTTP/9.9\r\nHost: h\r\n\r\n"},
      {"the version in lower case", "GET / http/1.1\r\nHost: h\r\n\r\n"},
      {"a version of two digits", "GET / HTTP/1.11\r\nHost: h\r\n\r\n"},
      {"a space after the version", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", tolerance::allowed},
      {"two spaces in the request line", "GET  /  HTTP/1.1\r\nHost: h\r\n\r\n", tolerance::allowed},
      {"a space before the method", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", tolerance::allowed},
      {"a space in the path", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a NUL in the path", "GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n"s, tolerance::allowed},
      {"an encoded NUL in the path", "GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"an encoded NUL in the query", "GET /?a=%00 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a percent sign at the end", "GET /% HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a percent sign and one digit", "GET /%4 HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a percent sign and letters", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a path without a slash", "GET metrics HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a URL without a host", "GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a tunnel", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"},
      {"a method with a parenthesis", "GE(T / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a method of 64 KiB", std::string(65536, 'G') + " / HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a path of 64 KiB", "GET /" + std::string(65536, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"a query of 64 KiB", "GET /?" + std::string(65536, '&') + " HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"no Host", "GET / HTTP/1.1\r\n\r\n"},
      {"two Hosts", get("Host: other\r\n")},
      {"line ends without CR", "GET / HTTP/1.1\nHost: h\n\n", tolerance::allowed},
      {"a CR alone in a header", get("X: a\rb\r\n")},
      {"a CR alone as line end", "GET / HTTP/1.1\rHost: h\r\r"},
      {"a NUL in the name of a header", get("X\0: y\r\n"s), tolerance::allowed},
      {"a NUL in a header", get("X: a\0b\r\n"s), tolerance::allowed},
      {"a control character in a header", get("X: \x01\r\n")},
      {"a header without a colon", get("Header\r\n")},
      {"a header without a name", get(": y\r\n"), tolerance::allowed},
      {"a space before the colon", get("X : y\r\n")},
      {"a space before the first header", "GET / HTTP/1.1\r\n Host: h\r\n\r\n"},
      {"a folded header", get("X: a\r\n b\r\n"), tolerance::allowed},
      {"a parenthesis in the name of a header", get("(x): y\r\n")},
      {"a header of 64 KiB", get("X: " + std::string(65536, 'a') + "\r\n")},
      {"3000 headers", get(headers)},
      {"cookies of 64 KiB", get("Cookie: " + std::string(65536, ';') + "\r\n")},
      {"a negative Content-Length", post("Content-Length: -1\r\n", "a")},
      {"a Content-Length with a sign", post("Content-Length: +1\r\n", "a")},
      {"a Content-Length in words", post("Content-Length: one\r\n", "a")},
      {"a hexadecimal Content-Length", post("Content-Length: 0x1\r\n", "a")},
      {"an empty Content-Length", post("Content-Length: \r\n", "")},
      {"a list of lengths", post("Content-Length: 1, 1\r\n", "a")},
      {"a Content-Length beyond 64 bits", post("Content-Length: 99999999999999999999999\r\n", "a")},
      {"a Content-Length of 2^63", post("Content-Length: 9223372036854775808\r\n", "a")},
      {"a Content-Length of 2^64 - 1", post("Content-Length: 18446744073709551615\r\n", "a")},
      {"two lengths that differ", post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab")},
      {"two lengths that agree", post("Content-Length: 1\r\nContent-Length: 1\r\n", "a")},
      {"a length and chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"chunks and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
      {"two encodings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")},
      {"an encoding that we do not know", post("Transfer-Encoding: gzip\r\n", "a")},
      {"chunked that is not the last encoding", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")},
      {"chunked with a vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n")},
      {"chunked with letters before", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
      {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"a chunk size in words", chunks("zz\r\na\r\n0\r\n\r\n")},
      {"a negative chunk size", chunks("-1\r\na\r\n0\r\n\r\n")},
      {"a chunk size with 0x", chunks("0x1\r\na\r\n0\r\n\r\n")},
      {"a chunk size beyond 64 bits", chunks("fffffffffffffffff\r\na\r\n0\r\n\r\n")},
      {"an empty chunk size", chunks("\r\na\r\n0\r\n\r\n")},
      {"a space before a chunk size", chunks(" 1\r\na\r\n0\r\n\r\n")},
      {"a chunk that is longer than it says", chunks("1\r\nab\r\n0\r\n\r\n")},
      {"a chunk header of 64 KiB", chunks("1;" + std::string(65536, 'x'))},
      {"chunks that end without CR", chunks("1\na\n0\n\n"), tolerance::allowed},
      {"a trailer without a colon", chunks("0\r\nTrailer\r\n\r\n")},
      {"a trailer of 64 KiB", chunks("0\r\nX: " + std::string(65536, 'a') + "\r\n\r\n")},
      {"chunks without an end", chunks("1\r\na\r\n")},
      {"a body that ends too early", post("Content-Length: 5\r\n", "abc")},
      {"a head that ends too early", "GET / HTTP/1.1\r\nHost: h\r\n"},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"s},
      {"the beginning of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s + noise.substr(0, 506)},
      {"the beginning of SSH", "SSH-2.0-OpenSSH_9.2\r\n"},
      {"SIP", "OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/TCP h\r\n\r\n"},
      {"noise", noise},
      {"noise with line ends", noise + "\r\n\r\n" + noise + "\r\n\r\n"},
      {"noise after a request", get("") + noise, tolerance::allowed},
      {"noise as a path", "GET /" + noise + " HTTP/1.1\r\nHost: h\r\n\r\n"},
  };
}

} // namespace hearth::testing
