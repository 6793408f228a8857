#pragma once

#include "storage/errors.hpp"

#include <array>
#include <string>
#include <string_view>

namespace hearth {

/// Bearer token of an admin server (RFC 6750). Only its SHA-256 is kept in memory. Threads: any.
class bearer_token {
public:
  /// Reads the token: the first line of the file. Only its owner, this user or root, may have access to the file (mode
  /// 0600 or less), and it must be a regular file. The token has 16 to 512 printable characters without spaces.
  /// Errors: not_found, io, invalid_argument; each names the file, what was found and what to do.
  [[nodiscard]] static storage::result<bearer_token> read(const std::string& path);

  /// Whether the value of an Authorization header has this token. Takes the same time wherever the token differs.
  [[nodiscard]] bool admits(std::string_view authorization) const noexcept;

private:
  using digest = std::array<unsigned char, 32>;

  explicit bearer_token(const digest& hash) : hash_(hash) {}

  digest hash_;
};

} // namespace hearth
