#pragma once

#include "actors/host/admin/http_message.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth {

/// The head of an HTTP request as it was sent: request line and header lines.
struct request_head {
  std::string_view method;
  std::string_view target; ///< path and query, not decoded
  std::string_view version;
  std::vector<std::pair<std::string_view, std::string_view>> headers;
};

/// Why a request is not served: the status of the answer, and a sentence for its body.
struct head_refusal {
  unsigned status;
  std::string_view reason;
};

/// Checks a head and writes method, path, query and headers into `request`, which was empty. Stricter than HTTP servers
/// must be: whatever two programs could read differently (two lengths, two hosts, characters that no name may have) is
/// refused, so that no proxy in front of the server sees other requests than the server does (RFC 9112, section 11.2).
/// Threads: any.
[[nodiscard]] std::optional<head_refusal> read_head(const request_head& head, http_request& request);

/// Length of the body that Content-Length announces. Pre: `read_head` accepted the request. Without the header: 0.
[[nodiscard]] std::uint64_t announced_body_bytes(const http_request& request) noexcept;

} // namespace hearth
