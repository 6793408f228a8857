#pragma once

#include "storage/errors.hpp"
#include "storage/io/posix_file.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace hearth {

/// A socket that accepts connections, non-blocking and closed by exec. When it is destroyed, it is closed, and the file
/// of a unix-domain socket is removed, unless another file has taken its name. Move-only. Threads: one owner.
class listening_socket {
public:
  /// Listens for TCP at `address`, IPv4 or IPv6 in digits ("0.0.0.0" or "::": every address of the machine). Port 0: a
  /// free port that the system chooses. Errors: invalid_argument (the address), busy (the port is in use), io.
  [[nodiscard]] static storage::result<listening_socket> tcp(const std::string& address, std::uint16_t port);

  /// Listens at a unix-domain socket, a file that only its owner may connect to (mode 0600 from the start). A socket
  /// file that no process listens at, left by a process that died, is replaced; nothing else is ever removed. Start one
  /// server at a time at a path: two that replace the same file at the same moment may both believe that they have it.
  /// Errors: invalid_argument (the path is too long, or no socket), busy (a process listens there), not_found, io.
  [[nodiscard]] static storage::result<listening_socket> unix_domain(const std::string& path);

  listening_socket(listening_socket&& other) noexcept;
  listening_socket& operator=(listening_socket&&) = delete;
  ~listening_socket();

  [[nodiscard]] int number() const noexcept { return socket_.number(); }
  /// "127.0.0.1:8080", "[::1]:8080", or the path.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  /// The port, also if the system chose it; 0 for a unix-domain socket.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
  /// A file, whatever its name.
  struct file_identity {
    dev_t device;
    ino_t inode;
  };

  listening_socket(storage::descriptor socket, std::string address, std::uint16_t port)
      : socket_(std::move(socket)), address_(std::move(address)), port_(port) {}

  storage::descriptor socket_;
  std::string address_;
  std::uint16_t port_;
  std::optional<file_identity> file_; ///< of a unix-domain socket, until it is moved from
};

} // namespace hearth
