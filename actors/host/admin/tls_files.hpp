#pragma once

#include "actors/host/admin/http_options.hpp"
#include "storage/errors.hpp"

#include <string>

namespace hearth {

/// Contents of the certificate file and the key file of a server with TLS; both empty without TLS.
struct tls_files {
  std::string certificate;
  std::string key;
  /// Whether every user of the machine may read the key. A warning, not a refusal: container platforms mount secrets
  /// with mode 0644, in a file system that only the container has.
  bool key_is_public = false;
};

/// Reads both files, of at most 1 MiB each. Follows symbolic links, which is how container platforms replace
/// certificates. Does not check what is in them, except that it is PEM. Pre: the options are valid.
/// Errors: not_found, invalid_argument (no regular file, or no PEM), too_large, io.
[[nodiscard]] storage::result<tls_files> read_tls_files(const http_options& options);

} // namespace hearth
