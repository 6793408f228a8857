#include "actors/host/admin/listening_socket.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace hearth {

using storage::descriptor;
using storage::errc;
using storage::failure;
using storage::result;

namespace {

/// Failure of a system call on a socket, with advice where there is one.
failure socket_failure(const std::string& where, const char* call, int error) {
  auto context = where + ": " + call + ": " + std::generic_category().message(error);
  switch (error) {
  case EADDRINUSE: return {errc::busy, std::move(context) + ": choose another port, or 0 for a free one"};
  case EADDRNOTAVAIL: return {errc::invalid_argument, std::move(context) + ": expected an address of this machine"};
  case EACCES: return {errc::invalid_argument, std::move(context) + ": the process may not listen there"};
  case EMFILE:
  case ENFILE: return {errc::io, std::move(context) + ": close some, or raise the limit (ulimit -n)"};
  default: return storage::refused(where, call, error);
  }
}

/// Address and port in the form of a URL, and the port alone.
std::pair<std::string, std::uint16_t> bound_name(int socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "";
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0 ||
      ::getnameinfo(reinterpret_cast<sockaddr*>(&bound), size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return {"", 0};
  const bool six = bound.ss_family == AF_INET6;
  const auto number =
      six ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port : reinterpret_cast<sockaddr_in&>(bound).sin_port;
  return {(six ? "[" + std::string{host} + "]" : host) + ":" + port, ntohs(number)};
}

descriptor new_socket(int family) {
  return descriptor{::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

/// Removes the file of a socket that no process listens at. After: `path` is free, unless someone took it since.
result<void> clear_stale(const std::string& path, const sockaddr_un& name) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0)
    return errno == ENOENT ? result<void>{} : result<void>{storage::refused(path, "lstat", errno)};
  if (!S_ISSOCK(about.st_mode))
    return {errc::invalid_argument, path + ": found a file that is no socket, expected a free name or the socket of an "
                                           "earlier process; it was left alone: choose another path"};
  const auto probe = new_socket(AF_UNIX);
  if (probe.number() < 0)
    return socket_failure(path, "socket", errno);
  if (::connect(probe.number(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 || errno == EAGAIN)
    return {errc::busy, path + ": another process listens there: choose another path, or end that process"};
  if (errno != ECONNREFUSED)
    return errno == ENOENT ? result<void>{} : result<void>{socket_failure(path, "connect", errno)};
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return storage::refused(path, "unlink", errno);
  return {};
}

} // namespace

result<listening_socket> listening_socket::tcp(const std::string& address, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* read = nullptr;
  const int error = ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &wanted, &read);
  if (error == EAI_NONAME || error == EAI_ADDRFAMILY || address.empty())
    return {errc::invalid_argument,
            "address: found \"" + address + "\", expected an IPv4 or IPv6 address in digits, such as 127.0.0.1"};
  if (error != 0)
    return {errc::io, "address: " + address + ": getaddrinfo: " + ::gai_strerror(error)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> info{read, &::freeaddrinfo};
  const auto where = address + ", port " + std::to_string(port);
  auto opened = new_socket(info->ai_family);
  if (opened.number() < 0)
    return socket_failure(where, "socket", errno);
  const int on = 1; // connections of an earlier process that are still closing do not keep the port
  if (::setsockopt(opened.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
    return socket_failure(where, "setsockopt", errno);
  if (::bind(opened.number(), info->ai_addr, info->ai_addrlen) != 0)
    return socket_failure(where, "bind", errno);
  if (::listen(opened.number(), SOMAXCONN) != 0)
    return socket_failure(where, "listen", errno);
  auto [text, number] = bound_name(opened.number());
  return listening_socket{std::move(opened), std::move(text), number};
}

result<listening_socket> listening_socket::unix_domain(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof name.sun_path || path.find('\0') != path.npos)
    return {errc::invalid_argument, "socket_path: found " + std::to_string(path.size()) + " bytes, expected 1 to " +
                                        std::to_string(sizeof name.sun_path - 1)};
  std::memcpy(name.sun_path, path.data(), path.size());
  if (auto cleared = clear_stale(path, name); !cleared)
    return cleared.error();
  auto opened = new_socket(AF_UNIX);
  if (opened.number() < 0)
    return socket_failure(path, "socket", errno);
  // On Linux the file gets the mode of the socket at bind, so no one else can connect, not even for a moment. The other
  // way, umask, would change the mode of files that other threads of the host create.
  if (::fchmod(opened.number(), S_IRUSR | S_IWUSR) != 0)
    return socket_failure(path, "fchmod", errno);
  if (::bind(opened.number(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
    return errno == EADDRINUSE ? failure{errc::busy, path + ": another process took the name just now"}
                               : socket_failure(path, "bind", errno);
  listening_socket made{std::move(opened), path, 0};
  struct stat about {};
  if (::lstat(path.c_str(), &about) == 0)
    made.file_ = file_identity{about.st_dev, about.st_ino};
  if (::listen(made.number(), SOMAXCONN) != 0)
    return socket_failure(path, "listen", errno);
  return made;
}

listening_socket::listening_socket(listening_socket&& other) noexcept
    : socket_(std::move(other.socket_)), address_(std::move(other.address_)), port_(other.port_),
      file_(std::exchange(other.file_, std::nullopt)) {}

listening_socket::~listening_socket() {
  struct stat about {};
  if (file_ && ::lstat(address_.c_str(), &about) == 0 && about.st_dev == file_->device && about.st_ino == file_->inode)
    ::unlink(address_.c_str());
}

} // namespace hearth
