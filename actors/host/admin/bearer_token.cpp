#include "actors/host/admin/bearer_token.hpp"

#include "storage/io/posix_file.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hearth {

using storage::errc;
using storage::failure;
using storage::result;

namespace {

constexpr std::size_t token_length_min = 16, token_length_max = 512;
constexpr std::string_view scheme = "Bearer ";

/// SHA-256 of `text`. Returns false if OpenSSL fails, which it does only without memory.
bool hash(std::string_view text, std::array<unsigned char, 32>& into) noexcept {
  unsigned length = 0;
  return EVP_Digest(text.data(), text.size(), into.data(), &length, EVP_sha256(), nullptr) == 1 &&
         length == into.size();
}

failure refuse_token(const std::string& path, const std::string& what) {
  return {errc::invalid_argument, "token_file: " + path + ": " + what};
}

} // namespace

result<bearer_token> bearer_token::read(const std::string& path) {
  const storage::descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number() < 0)
    return failure{errno == ENOENT ? errc::not_found : errc::io,
                   "token_file: " + path + ": " + std::strerror(errno) + ": create it with mode 0600 and a token of " +
                       std::to_string(token_length_min) + " characters or more in its first line"};
  struct ::stat about {};
  if (::fstat(file.number(), &about) != 0)
    return failure{errc::io, "token_file: " + path + ": " + std::strerror(errno)};
  if (!S_ISREG(about.st_mode))
    return refuse_token(path, "expected a regular file");
  if (about.st_uid != ::geteuid() && about.st_uid != 0)
    return refuse_token(path, "belongs to user " + std::to_string(about.st_uid) + ", expected this user or root");
  if ((about.st_mode & 077) != 0)
    return refuse_token(path, "others may read or write it: expected mode 0600, run chmod 600");
  std::array<char, token_length_max + 2> text{};
  const auto length = ::read(file.number(), text.data(), text.size());
  if (length < 0)
    return failure{errc::io, "token_file: " + path + ": " + std::strerror(errno)};
  std::string_view token{text.data(), static_cast<std::size_t>(length)};
  token = token.substr(0, token.find('\n'));
  if (!token.empty() && token.back() == '\r')
    token.remove_suffix(1);
  const bool printable = std::all_of(token.begin(), token.end(), [](char one) { return one > ' ' && one < 127; });
  digest made{};
  bool hashed = false;
  if (printable && token.size() >= token_length_min && token.size() <= token_length_max)
    hashed = hash(token, made);
  const auto found = token.size();
  OPENSSL_cleanse(text.data(), text.size());
  if (!printable || found < token_length_min || found > token_length_max)
    return refuse_token(path, "expected a first line of " + std::to_string(token_length_min) + " to " +
                                  std::to_string(token_length_max) + " printable characters without spaces, found " +
                                  std::to_string(found) + (printable ? "" : ", some of them not allowed"));
  if (!hashed)
    return failure{errc::no_memory, "token_file: " + path + ": no memory to hash the token"};
  return bearer_token{made};
}

bool bearer_token::admits(std::string_view authorization) const noexcept {
  if (authorization.size() < scheme.size() || ::strncasecmp(authorization.data(), scheme.data(), scheme.size()) != 0)
    return false;
  digest offered{};
  return hash(authorization.substr(scheme.size()), offered) &&
         CRYPTO_memcmp(offered.data(), hash_.data(), hash_.size()) == 0;
}

} // namespace hearth
