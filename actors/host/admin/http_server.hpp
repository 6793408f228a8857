#pragma once

#include "actors/host/admin/http_message.hpp"
#include "actors/host/admin/http_options.hpp"
#include "stats/log_event.hpp"
#include "storage/errors.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hearth {

/// Handles one request, on the server's thread: must not block, and may answer at once or later, from any thread. If it
/// throws, the client is answered 500, and the log has a line `admin.failed`.
using http_handler = std::function<void(http_request, http_respond)>;

/// Receives what a server logs: admin.key_is_public, admin.accept_failed and admin.failed (actors/EVENTS.md). Called on
/// the server's thread, and during `open` on the caller's.
using http_log = std::function<void(stats::severity, std::string_view id, std::string fields)>;

/// HTTP/1.1 server inside a host, on libmicrohttpd: one thread, bounded memory, a deadline for every step of
/// every client. No signal reaches the host from it, and no exception. Memory, at most: connections_max times (32 KiB +
/// body_bytes_max + the answer + a session of TLS). Threads: any may destroy it, except its own: not from a handler.
class http_server {
public:
  /// Listens, and starts the thread. A failure leaves nothing behind: no thread, descriptor or file.
  /// Errors: invalid_argument (a setting, an address or a certificate), busy (a port or socket in use), not_found,
  /// unsupported (built without libmicrohttpd, or a libmicrohttpd without TLS), io (no descriptor or thread left).
  [[nodiscard]] static storage::result<std::unique_ptr<http_server>> open(const http_options& options,
                                                                          http_handler handler, http_log log = {});

  /// Closes every connection and ends the thread; waits for a handler that runs. Answers that come later are ignored.
  ~http_server();

  /// Where it listens: "127.0.0.1:8080", "[::1]:8080", or the path of the socket.
  [[nodiscard]] const std::string& address() const noexcept;
  /// The port, also if the system chose it; 0 for a unix-domain socket.
  [[nodiscard]] std::uint16_t port() const noexcept;

private:
  class loop;

  explicit http_server(std::unique_ptr<loop> running) noexcept;

  const std::unique_ptr<loop> loop_;
};

} // namespace hearth
