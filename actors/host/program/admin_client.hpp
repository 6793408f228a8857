#pragma once

#include "storage/errors.hpp"

#include <memory>
#include <string>

namespace hearth {

/// Where an admin server listens, and how to reach it.
struct admin_address {
  std::string url;        ///< "http://127.0.0.1:9177", "https://...", or "unix:" and the path of a socket
  std::string token_file; ///< first line: the bearer token; empty: none is sent
  std::string ca_file;    ///< PEM, certificates to trust; empty: those of the system
};

/// Client of an admin server, on libcurl. Keeps its connection open. Threads: one owner.
class admin_client {
public:
  /// Errors: invalid_argument (the URL), not_found and io (the token file), unsupported (built without libcurl).
  [[nodiscard]] static storage::result<admin_client> open(const admin_address& where);

  admin_client(admin_client&&) noexcept;
  admin_client& operator=(admin_client&&) noexcept;
  ~admin_client();

  /// The body of a successful answer to GET `path`, which begins with '/'. Waits 5 s at most. Errors: io (no
  /// connection, or an answer that is no success: its message is in the context), timeout, too_large (64 MiB).
  [[nodiscard]] storage::result<std::string> get(const std::string& path);

  /// `text` for a query: reserved characters are percent-encoded.
  [[nodiscard]] std::string escaped(const std::string& text);

private:
  class impl;
  explicit admin_client(std::unique_ptr<impl> state) noexcept;

  std::unique_ptr<impl> impl_;
};

} // namespace hearth
