#pragma once

#include "storage/errors.hpp"
#include "tests/bench/peers/descriptor.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace hearth::bench {

/// The path of `program` by $PATH; empty: there is none.
[[nodiscard]] std::string find_program(const std::string& program);

/// A server that this process started: it dies with us, however we end. Threads: one owner.
class server_process {
public:
  server_process() = default;
  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;
  ~server_process() { stop(); }

  /// Starts it with `arguments`; what it says goes to `log`. Errors: io.
  [[nodiscard]] storage::result<void> start(const std::vector<std::string>& arguments, const std::string& log);
  void stop(); ///< ends it, at once, and waits

  /// Whether it still runs.
  [[nodiscard]] bool runs();
  [[nodiscard]] pid_t id() const noexcept { return id_; } ///< 0: not started

private:
  pid_t id_ = 0;
};

/// A connection over a unix socket. Errors are io, and end the connection's use. Threads: one owner.
class unix_connection {
public:
  /// Waits for the server to listen at `path` for as long as `alive` says so. Errors: io, timeout.
  [[nodiscard]] storage::result<void> open(const std::string& path, const std::function<bool()>& alive);

  [[nodiscard]] storage::result<void> send(std::span<const std::byte> bytes);
  [[nodiscard]] storage::result<void> send(const std::string& text);

  /// The next line, without its end.
  [[nodiscard]] storage::result<std::string> line();

  /// Fills `into`, then takes the end of line behind it.
  [[nodiscard]] storage::result<void> value(std::span<std::byte> into);

private:
  [[nodiscard]] storage::result<void> receive(std::span<std::byte> into);

  descriptor socket_;
  std::string waiting_; ///< received, and not yet taken
};

} // namespace hearth::bench
