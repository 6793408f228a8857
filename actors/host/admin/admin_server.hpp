#pragma once

#include "actors/host/cache.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace hearth {

/// Settings of an admin server. The defaults listen on this machine only, and serve reading requests only.
struct admin_options {
  std::string address = "127.0.0.1"; ///< in digits, IPv4 or IPv6
  std::uint16_t port = 0;            ///< 0: a free port; `admin_server::url` tells it
  std::string socket_path;           ///< listen at this unix-domain socket, mode 0600, instead
  std::string certificate_file;      ///< PEM; with key_file: TLS
  std::string key_file;              ///< PEM, without a password
  std::string token_file;         ///< first line: the bearer token of changing requests; mode 0600. Empty: refuse them
  bool token_for_reading = false; ///< whether reading requests need the token, too
  std::size_t namespace_labels_max = 50; ///< namespaces with metrics of their own; the others are added up
};

/// Admin server of an open cache: an HTTP server inside the host with snapshots, metrics, events, history and a
/// dashboard; API.md lists the requests. One thread of its own; bounded connections, memory and time per request.
///
///     auto admin = hearth::admin_server::open(cache, {.port = 9177});
///
/// Destroy it before the cache, and do not move the cache meanwhile. Threads: any, one at a time.
class admin_server {
public:
  /// Errors: invalid_argument (a setting, the token file), not_found (a file), busy (the port or socket), unsupported
  /// (built without libmicrohttpd or prometheus-cpp), io, no_memory.
  [[nodiscard]] static result<admin_server> open(cache& of, const admin_options& options = {});

  admin_server(admin_server&&) noexcept;
  admin_server& operator=(admin_server&&) noexcept;
  ~admin_server(); ///< closes every connection

  /// Address of the dashboard, for example "http://127.0.0.1:9177/"; of a socket, "unix:" and its path.
  [[nodiscard]] const std::string& url() const noexcept;

private:
  class impl;
  explicit admin_server(std::unique_ptr<impl> state) noexcept;

  std::unique_ptr<impl> impl_;
};

} // namespace hearth
