#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace hearth::testing {

/// A response as a client reads it.
struct http_reply {
  int status = 0; ///< 0: the connection was closed before a whole response
  std::string head;
  std::string body;
};

/// A connection to an HTTP server that sends whatever it is told to send. Throws if nothing happens for a minute.
class http_client {
public:
  static http_client tcp(std::uint16_t port) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return http_client{AF_INET, reinterpret_cast<const sockaddr*>(&name), sizeof name};
  }
  static http_client unix_domain(const std::string& path) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof name.sun_path - 1);
    return http_client{AF_UNIX, reinterpret_cast<const sockaddr*>(&name), sizeof name};
  }
  http_client(http_client&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), ahead_(std::move(other.ahead_)) {}
  http_client& operator=(http_client&&) = delete;
  ~http_client() {
    if (socket_ >= 0)
      ::close(socket_);
  }

  [[nodiscard]] int socket() const noexcept { return socket_; }

  /// Sends as much as the server takes; returns whether it took everything.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
        return false;
      check(sent, "send");
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Sends nothing more; the server reads the end.
  void finish() { ::shutdown(socket_, SHUT_WR); }

  /// Reads one response; `without_body` after a HEAD.
  http_reply read(bool without_body = false) {
    http_reply reply;
    while (ahead_.find("\r\n\r\n") == ahead_.npos)
      if (!fill())
        return {};
    const auto end = ahead_.find("\r\n\r\n") + 4;
    reply.head = ahead_.substr(0, end);
    ahead_.erase(0, end);
    const std::string length = "\r\nContent-Length: ";
    const auto at = reply.head.find(length);
    const auto bytes = at == reply.head.npos || without_body ? 0 : std::stoull(reply.head.substr(at + length.size()));
    while (ahead_.size() < bytes)
      if (!fill())
        return {};
    reply.body = ahead_.substr(0, bytes);
    ahead_.erase(0, bytes);
    reply.status = std::stoi(reply.head.substr(reply.head.find(' ')));
    return reply;
  }

  /// Reads until the server closes the connection.
  std::string read_all() {
    while (fill()) {
    }
    return std::exchange(ahead_, {});
  }

  /// Waits until the server has reset or closed the connection, without reading.
  void wait_for_reset() {
    pollfd watched{socket_, 0, 0};
    check(::poll(&watched, 1, 60'000) == 1 ? 0 : -1, "poll");
  }

  http_reply get(std::string_view path) {
    send("GET " + std::string{path} + " HTTP/1.1\r\nHost: here\r\n\r\n");
    return read();
  }

private:
  http_client(int family, const sockaddr* name, socklen_t size)
      : socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    check(socket_, "socket");
    const timeval minute{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &minute, sizeof minute);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &minute, sizeof minute);
    check(::connect(socket_, name, size), "connect");
  }

  /// Reads some bytes; false at the end.
  bool fill() {
    char bytes[16384];
    const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
    if (got == 0 || (got < 0 && (errno == ECONNRESET || errno == EPIPE)))
      return false;
    check(got, "recv");
    ahead_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  static void check(ssize_t returned, const char* call) {
    if (returned < 0)
      throw std::runtime_error(std::string{call} + ": " + std::generic_category().message(errno));
  }

  int socket_;
  std::string ahead_; ///< was read, belongs to the next response
};

} // namespace hearth::testing
