#pragma once

#include "actors/host/admin/bearer_token.hpp"
#include "actors/host/admin/http_message.hpp"
#include "actors/host/cache.hpp"

#include <memory>
#include <optional>
#include <string>

namespace hearth {

/// Who may do what, and what the routes serve.
struct admin_policy {
  std::optional<bearer_token> token{}; ///< needed for requests that change something; none: these are refused
  bool token_for_reading = false;      ///< whether the token is needed for all requests
  std::size_t namespace_labels_max = 50;
  /// Whether the Host of a request must be this machine: localhost or a loopback address. For a server that listens on
  /// this machine only: otherwise a page in the operator's browser could read it under a name of its own, which it
  /// lets point here (DNS rebinding).
  bool local_hosts_only = false;
};

/// The routes of the admin server: answers the requests that API.md lists, for one cache. Every answer comes from the
/// cache's own asynchronous calls, so no request blocks the server's thread. Threads: any.
class admin_routes {
public:
  /// `of` must stay where it is as long as this object.
  admin_routes(cache& of, admin_policy policy);
  ~admin_routes();

  /// Answers one request through `respond`, at once or later.
  void handle(http_request request, http_respond respond);

private:
  class impl;
  std::shared_ptr<impl> impl_; ///< shared with calls under way
};

} // namespace hearth
