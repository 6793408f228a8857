#include "actors/host/admin/admin_server.hpp"

#include "actors/host/admin/admin_routes.hpp"
#include "actors/host/admin/http_options.hpp"
#include "actors/host/admin/http_server.hpp"
#include "actors/journal.hpp"

#include <utility>

namespace hearth {

class admin_server::impl {
public:
  impl(cache& of, admin_policy policy) : cache_(of), routes_(of, std::move(policy)) {}

  result<void> listen(const http_options& options) {
    auto opened = http_server::open(
        options,
        [this](http_request request, http_respond respond) { routes_.handle(std::move(request), std::move(respond)); },
        [&journal = journal_of(cache_)](stats::severity level, std::string_view id, std::string fields) {
          journal.write(level, id, std::move(fields));
        });
    if (!opened)
      return opened.error();
    server_ = std::move(*opened);
    const bool tls = !options.certificate_file.empty();
    url_ = options.socket_path.empty() ? (tls ? "https://" : "http://") + server_->address() + "/"
                                       : "unix:" + server_->address();
    return {};
  }

  [[nodiscard]] const std::string& url() const noexcept { return url_; }

private:
  cache& cache_;
  admin_routes routes_;
  std::unique_ptr<http_server> server_; ///< ends before the routes
  std::string url_;
};

result<admin_server> admin_server::open(cache& of, const admin_options& options) {
  admin_policy policy;
  policy.token_for_reading = options.token_for_reading;
  policy.namespace_labels_max = options.namespace_labels_max;
  if (!options.token_file.empty()) {
    auto token = bearer_token::read(options.token_file);
    if (!token)
      return token.error();
    policy.token = *token;
  } else if (options.token_for_reading) {
    return failure{errc::invalid_argument, "token_for_reading: found true without a token_file: name the file"};
  }
  policy.local_hosts_only =
      options.socket_path.empty() && (options.address.starts_with("127.") || options.address == "::1");
  http_options http;
  http.address = options.address;
  http.port = options.port;
  http.socket_path = options.socket_path;
  http.certificate_file = options.certificate_file;
  http.key_file = options.key_file;
  auto state = std::make_unique<impl>(of, std::move(policy));
  if (const auto listening = state->listen(http); !listening)
    return listening.error();
  return admin_server{std::move(state)};
}

admin_server::admin_server(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
admin_server::admin_server(admin_server&&) noexcept = default;
admin_server& admin_server::operator=(admin_server&&) noexcept = default;
admin_server::~admin_server() = default;

const std::string& admin_server::url() const noexcept { return impl_->url(); }

} // namespace hearth
