#pragma once

#include "storage/errors.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace hearth {

/// Where an HTTP server listens, and the limits that keep its clients from using up the host.
struct http_options {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6 in digits; "0.0.0.0" or "::": every address of the machine
  std::uint16_t port = 0;             ///< 0: a free port that the system chooses
  std::string socket_path;            ///< listen at this unix-domain socket, mode 0600, instead of address and port
  std::string certificate_file;       ///< PEM, with intermediate certificates; empty: no TLS
  std::string key_file;               ///< PEM, the private key of the certificate, without a password
  std::uint32_t connections_max = 64; ///< 1..1024; more wait until one of these ends
  std::uint64_t body_bytes_max = 64ull << 10;          ///< body of a request, 0..16 MiB
  std::chrono::milliseconds request_deadline{10'000};  ///< to send a whole request; also for an idle connection
  std::chrono::milliseconds answer_deadline{60'000};   ///< of the handler; then the client is answered 504
  std::chrono::milliseconds response_deadline{30'000}; ///< to take the whole answer
  /// While further clients wait for a connection: after this time the connection that has been waiting longest for a
  /// request, or for the rest of one, gives way.
  std::chrono::milliseconds crowded_deadline{1'000};

  /// Deadlines are 1 ms..1 h. Errors: invalid_argument, naming the field and its range.
  [[nodiscard]] storage::result<void> validate() const;
};

} // namespace hearth
