// Without libcurl.
#include "actors/host/program/admin_client.hpp"

namespace hearth {

class admin_client::impl {};

storage::result<admin_client> admin_client::open(const admin_address&) {
  return storage::failure{storage::errc::unsupported,
                          "hearth was built without libcurl: install libcurl4-openssl-dev and build it anew"};
}

admin_client::admin_client(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
admin_client::admin_client(admin_client&&) noexcept = default;
admin_client& admin_client::operator=(admin_client&&) noexcept = default;
admin_client::~admin_client() = default;

storage::result<std::string> admin_client::get(const std::string&) { return std::string{}; }
std::string admin_client::escaped(const std::string& text) { return text; }

} // namespace hearth
