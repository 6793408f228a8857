#include "actors/host/admin/http_server.hpp"

// Replaces http_server.cpp if libmicrohttpd is not installed.

namespace hearth {

class http_server::loop {};

storage::result<std::unique_ptr<http_server>> http_server::open(const http_options& options, http_handler, http_log) {
  if (auto valid = options.validate(); !valid)
    return valid.error();
  return {storage::errc::unsupported,
          "HTTP server: built without libmicrohttpd (to have it: install libmicrohttpd-dev, then build again)"};
}

http_server::~http_server() = default;

const std::string& http_server::address() const noexcept {
  static const std::string none;
  return none;
}

std::uint16_t http_server::port() const noexcept { return 0; }

} // namespace hearth
