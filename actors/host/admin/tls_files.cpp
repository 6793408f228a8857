#include "actors/host/admin/tls_files.hpp"

#include "storage/io/posix_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hearth {

using storage::errc;
using storage::result;

namespace {

constexpr std::size_t pem_bytes_max = 1u << 20;

/// Text of a PEM file with a line "-----BEGIN ...`kind`-----". `mode`: that of the file.
result<std::string> read_pem(const char* field, const std::string& path, const std::string& kind, mode_t& mode) {
  const auto named = std::string{field} + ": " + path;
  const storage::descriptor opened{
      storage::uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); })};
  if (opened.number() < 0)
    return storage::refused(named, "open", errno);
  struct stat about {};
  if (::fstat(opened.number(), &about) != 0)
    return storage::refused(named, "fstat", errno);
  if (!S_ISREG(about.st_mode))
    return {errc::invalid_argument, named + ": found no regular file, expected a PEM file"};
  mode = about.st_mode;
  std::string text(pem_bytes_max + 1, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const auto got =
        storage::uninterrupted([&] { return ::read(opened.number(), text.data() + filled, text.size() - filled); });
    if (got < 0)
      return storage::refused(named, "read", errno);
    if (got == 0)
      break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled > pem_bytes_max)
    return {errc::too_large, named + ": found more than 1 MiB, expected a PEM file"};
  text.resize(filled);
  const auto begin = text.find("-----BEGIN ");
  if (begin == text.npos || text.find(kind + "-----", begin) == text.npos || text.find('\0') != text.npos)
    return {errc::invalid_argument,
            named + ": found no line \"-----BEGIN ... " + kind + "-----\", expected a PEM file"};
  return text;
}

} // namespace

result<tls_files> read_tls_files(const http_options& options) {
  if (options.certificate_file.empty())
    return tls_files{};
  mode_t mode = 0;
  auto certificate = read_pem("certificate_file", options.certificate_file, "CERTIFICATE", mode);
  if (!certificate)
    return certificate.error();
  auto key = read_pem("key_file", options.key_file, "PRIVATE KEY", mode);
  if (!key)
    return key.error();
  return tls_files{std::move(*certificate), std::move(*key), (mode & S_IROTH) != 0};
}

} // namespace hearth
