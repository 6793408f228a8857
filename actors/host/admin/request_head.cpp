#include "actors/host/admin/request_head.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

namespace hearth {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A token of RFC 9110, section 5.6.2: a method, or the name of a header.
bool is_token(std::string_view text) {
  const std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || others.find(c) != others.npos;
  });
}

/// The value of a header: visible characters, spaces, tabs, and bytes of no meaning in ASCII.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

std::string lower_case(std::string_view text) {
  std::string lowered{text};
  for (char& c : lowered)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return lowered;
}

int hex_value(char c) {
  if (is_digit(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

enum class plus : bool { is_itself, is_space };

/// Decodes %41 and, in a query, '+'. Nothing if a '%' lacks its two digits, or if a byte is 0.
std::optional<std::string> decoded(std::string_view text, plus meaning) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at] == '+' && meaning == plus::is_space ? ' ' : text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
    if (high < 0 || low < 0 || high + low == 0)
      return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

bool read_query(std::string_view text, http_fields& query) {
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals), plus::is_space);
    auto value = decoded(pair.substr(std::min(pair.size(), equals + 1)), plus::is_space);
    if (!name || !value)
      return false;
    if (!name->empty())
      query.insert_or_assign(std::move(*name), std::move(*value));
  }
  return true;
}

/// Reads "/path?query", the same after "http://host" (RFC 9112, section 3.2.2), or "*".
bool read_target(std::string_view target, http_request& request) {
  const auto visible = [](char c) { return c > 0x20 && c < 0x7f && c != '#'; };
  if (!std::all_of(target.begin(), target.end(), visible))
    return false;
  for (const std::string_view scheme : {"http://", "https://"})
    if (lower_case(target.substr(0, scheme.size())) == scheme) {
      const auto host_end = std::min(target.size(), target.find_first_of("/?", scheme.size()));
      if (host_end == scheme.size())
        return false;
      target.remove_prefix(host_end);
      if (target.empty() || target.front() == '?') {
        request.path = "/";
        return read_query(target.substr(target.empty() ? 0 : 1), request.query);
      }
      break;
    }
  if (target == "*") {
    request.path = "*";
    return true;
  }
  if (target.empty() || target.front() != '/')
    return false;
  const auto question = std::min(target.find('?'), target.size());
  auto path = decoded(target.substr(0, question), plus::is_itself);
  if (!path)
    return false;
  request.path = std::move(*path);
  return read_query(target.substr(std::min(target.size(), question + 1)), request.query);
}

/// The headers that say where a request ends and whom it is for.
std::optional<head_refusal> check_framing(const request_head& head, const http_request& request) {
  const auto times = [&](std::string_view name) {
    return std::count_if(head.headers.begin(), head.headers.end(),
                         [&](const auto& field) { return lower_case(field.first) == name; });
  };
  const auto lengths = times("content-length"), encodings = times("transfer-encoding"), hosts = times("host");
  if (hosts > 1)
    return head_refusal{400, "more than one Host"};
  if (hosts == 0 && head.version != "HTTP/1.0")
    return head_refusal{400, "no Host"};
  if (lengths + encodings > 1)
    return head_refusal{400, "more than one Content-Length or Transfer-Encoding"};
  if (encodings == 1 && head.version == "HTTP/1.0")
    return head_refusal{400, "Transfer-Encoding in HTTP/1.0"};
  if (encodings == 1 && lower_case(request.header("transfer-encoding")) != "chunked")
    return head_refusal{501, "a Transfer-Encoding other than chunked"};
  const auto length = request.header("content-length");
  if (lengths == 1 && (length.empty() || !std::all_of(length.begin(), length.end(), is_digit)))
    return head_refusal{400, "a Content-Length that is no number"};
  return std::nullopt;
}

} // namespace

std::optional<head_refusal> read_head(const request_head& head, http_request& request) {
  if (head.version.size() != 8 || !head.version.starts_with("HTTP/1.") || !is_digit(head.version[7]))
    return head_refusal{505, "a version other than HTTP/1.0 and HTTP/1.1"};
  if (!is_token(head.method))
    return head_refusal{400, "a method with a character that methods cannot have"};
  if (!read_target(head.target, request))
    return head_refusal{400, "a path or query that cannot be decoded"};
  for (const auto& [name, value] : head.headers) {
    if (!is_token(name))
      return head_refusal{400, "a header whose name has a character that names cannot have"};
    if (!is_field_value(value))
      return head_refusal{400, "a header with a control character"};
    auto& known = request.headers[lower_case(name)];
    known.append(known.empty() ? "" : ", ").append(value);
  }
  request.method = head.method == "HEAD" ? "GET" : head.method;
  return check_framing(head, request);
}

std::uint64_t announced_body_bytes(const http_request& request) noexcept {
  const auto text = request.header("content-length");
  std::uint64_t bytes = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), bytes);
  return read.ec == std::errc::result_out_of_range ? std::numeric_limits<std::uint64_t>::max() : bytes;
}

} // namespace hearth
