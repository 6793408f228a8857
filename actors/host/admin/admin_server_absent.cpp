#include "actors/host/admin/admin_server.hpp"

// Replaces admin_server.cpp if prometheus-cpp is not installed.

namespace hearth {

class admin_server::impl {};

result<admin_server> admin_server::open(cache&, const admin_options&) {
  return failure{
      errc::unsupported,
      "admin server: built without prometheus-cpp (to have it: install prometheus-cpp-dev, then build again)"};
}

admin_server::admin_server(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
admin_server::admin_server(admin_server&&) noexcept = default;
admin_server& admin_server::operator=(admin_server&&) noexcept = default;
admin_server::~admin_server() = default;

const std::string& admin_server::url() const noexcept {
  static const std::string none;
  return none;
}

} // namespace hearth
